// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.mqtt.packet;

import java.util.Locale;

/**
 * Makes text of foreign origin fit for logs, errors and the status: one line, bounded, without
 * characters that act on a terminal or change the order of what is shown.
 *
 * <p>A broker chooses its reason strings, and a publisher its topics. Unescaped, a line break would
 * forge a log entry, and an escape sequence or a bidirectional override would hide one.
 */
public final class PrintableText {

  /** The most code points of a text that are shown. */
  public static final int MAX_LENGTH = 200;

  private PrintableText() {}

  /**
   * Returns the first {@link #MAX_LENGTH} code points of a text, followed by {@code …} if there are
   * more. Control characters (C0, DEL, C1), format characters (bidirectional controls among them),
   * line and paragraph separators and lone surrogates become {@code \\uXXXX}.
   */
  public static String of(String text) {
    StringBuilder printable = new StringBuilder();
    int at = 0;
    for (int count = 0; count < MAX_LENGTH && at < text.length(); count++) {
      int codePoint = text.codePointAt(at);
      int next = at + Character.charCount(codePoint);
      if (isPrintable(codePoint)) {
        printable.appendCodePoint(codePoint);
      } else {
        for (int i = at; i < next; i++) {
          printable.append(String.format(Locale.ROOT, "\\u%04x", (int) text.charAt(i)));
        }
      }
      at = next;
    }
    return at < text.length() ? printable.append('…').toString() : printable.toString();
  }

  /**
   * Kind and message of the innermost cause of a failure. A message of a library may quote what a
   * server sent.
   */
  public static String ofInnermost(Throwable failure) {
    Throwable inner = failure;
    while (inner.getCause() != null) {
      inner = inner.getCause();
    }
    String kind = inner.getClass().getSimpleName();
    String message = inner.getMessage();
    return message == null || message.isBlank()
        ? kind
        : "%s: %s".formatted(kind, of(message.strip()));
  }

  private static boolean isPrintable(int codePoint) {
    return switch (Character.getType(codePoint)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE ->
          false;
      default -> true;
    };
  }
}
