// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.option.settings;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * The topic of a row, made of fixed text and of columns in braces: {@code alerts/{hall}/{device}}.
 *
 * @param text the template as the user wrote it
 * @param parts what it consists of, in order
 */
public record TopicTemplate(String text, List<Part> parts) implements Serializable {

  /**
   * Fixed text, or a column of the row.
   *
   * @param isColumn whether {@code text} is the name of a column
   */
  public record Part(boolean isColumn, String text) implements Serializable {}

  public TopicTemplate {
    parts = List.copyOf(parts);
  }

  /**
   * Takes a template apart.
   *
   * @throws IllegalArgumentException if it is none; the message continues a sentence about it
   */
  public static TopicTemplate of(String text) {
    List<Part> parts = new ArrayList<>();
    int at = 0;
    while (at < text.length()) {
      int open = text.indexOf('{', at);
      int end = open < 0 ? text.length() : open;
      if (end > at) {
        parts.add(new Part(false, fixed(text.substring(at, end))));
      }
      if (open < 0) {
        break;
      }
      int close = text.indexOf('}', open);
      if (close < 0) {
        throw new IllegalArgumentException("has a { without a }");
      }
      parts.add(new Part(true, column(text.substring(open + 1, close))));
      at = close + 1;
    }
    return new TopicTemplate(text, parts);
  }

  private static String fixed(String text) {
    if (text.contains("}")) {
      throw new IllegalArgumentException("has a } without a {");
    }
    if (text.contains("+") || text.contains("#")) {
      throw new IllegalArgumentException(
          "contains + or #, which only topic filters have. A message has one topic");
    }
    if (text.startsWith("$share/")) {
      throw new IllegalArgumentException("begins with $share/, which only subscriptions have");
    }
    return text;
  }

  private static String column(String name) {
    if (name.isBlank() || name.contains("{")) {
      throw new IllegalArgumentException("has braces that do not hold the name of a column");
    }
    return name.strip();
  }

  /** The columns of the row that it names. */
  public List<String> columns() {
    return parts.stream().filter(Part::isColumn).map(Part::text).distinct().toList();
  }

  @Override
  public String toString() {
    return text;
  }
}
