// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.option.syntax;

import static java.util.stream.Collectors.joining;

import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How the text of an option is parsed.
 *
 * @param accepted what is accepted, for errors and for {@code docs/options.md}, in Markdown
 * @param reader gives the value, or throws {@link IllegalArgumentException}. Its message says what
 *     is wrong, as a phrase that continues a sentence after the value: "has no unit"
 */
public record Syntax<T>(String accepted, Function<String, T> reader) {

  private static final int MAX_MQTT_STRING_BYTES = 65_535;

  private static final Pattern ADDRESS_AND_PORT =
      Pattern.compile("(?:(\\[[0-9a-fA-F:.]+]|[^\\s:\\[\\]/@]+):)?([^:]*)");

  /** At least two letters: one is a drive of Windows. */
  private static final Pattern URI_SCHEME = Pattern.compile("([a-zA-Z][a-zA-Z0-9+.-]+):.*");

  /** Some elements of a list are wrong. Says for each element what is wrong. */
  public static final class ElementsException extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    private final Map<String, String> faults;

    private ElementsException(Map<String, String> faults) {
      this.faults = faults;
    }

    public Map<String, String> faults() {
      return faults;
    }
  }

  public T read(String text) {
    return reader.apply(text);
  }

  public Syntax<T> described(String description) {
    return new Syntax<>(description, reader);
  }

  /** Rejects the values for which {@code fault} gives a text. */
  public Syntax<T> checked(Function<T, Optional<String>> fault) {
    return new Syntax<>(
        accepted,
        text -> {
          T value = reader.apply(text);
          fault
              .apply(value)
              .ifPresent(
                  wrong -> {
                    throw new IllegalArgumentException(wrong);
                  });
          return value;
        });
  }

  /** Any text, unchanged: spaces around it may belong to a password. */
  public static Syntax<String> text() {
    return new Syntax<>("any text", text -> text);
  }

  /** Text that MQTT can carry (section 1.5.4) and that is not empty. */
  public static Syntax<String> mqttString(int maxBytes) {
    return new Syntax<>(
        "text of 1 to %d bytes of UTF-8".formatted(maxBytes),
        text -> {
          if (text.isEmpty()) {
            throw new IllegalArgumentException("is empty");
          }
          if (text.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("contains the character U+0000, which MQTT forbids");
          }
          if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
            throw new IllegalArgumentException(
                "contains half a surrogate pair, which MQTT forbids");
          }
          if (text.getBytes(StandardCharsets.UTF_8).length > maxBytes) {
            throw new IllegalArgumentException(
                "is longer than %d bytes of UTF-8".formatted(maxBytes));
          }
          return text;
        });
  }

  public static Syntax<String> mqttString() {
    return mqttString(MAX_MQTT_STRING_BYTES);
  }

  public static Syntax<Boolean> trueOrFalse() {
    return new Syntax<>(
        "`true` or `false`",
        text ->
            switch (lower(text)) {
              case "true" -> true;
              case "false" -> false;
              default -> throw new IllegalArgumentException("is neither true nor false");
            });
  }

  public static <E extends Enum<E>> Syntax<E> oneOf(Class<E> type, Function<E, String> name) {
    List<E> values = List.of(type.getEnumConstants());
    return new Syntax<>(
        values.stream().map(value -> "`" + name.apply(value) + "`").collect(joining(", ")),
        text ->
            values.stream()
                .filter(value -> name.apply(value).equalsIgnoreCase(text.strip()))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("is not known")));
  }

  public static Syntax<Long> wholeNumber(long min, long max) {
    return new Syntax<>(
        max == Long.MAX_VALUE || max == Integer.MAX_VALUE
            ? "a whole number from %d".formatted(min)
            : "a whole number from %d to %d".formatted(min, max),
        text -> {
          String digits = text.strip();
          if (!digits.matches("[+-]?\\d+")) {
            throw new IllegalArgumentException("is not a whole number");
          }
          long number;
          try {
            number = Long.parseLong(digits);
          } catch (NumberFormatException e) {
            throw new IllegalArgumentException("is out of range", e);
          }
          if (number < min || number > max) {
            throw new IllegalArgumentException("is out of range");
          }
          return number;
        });
  }

  public static Syntax<Integer> wholeNumber(int min, int max) {
    Syntax<Long> number = wholeNumber((long) min, (long) max);
    return new Syntax<>(number.accepted(), text -> Math.toIntExact(number.read(text)));
  }

  /**
   * A port to listen on, alone or after an address of this host. An IPv6 address is in brackets.
   * The address is not resolved.
   *
   * @param host address of a port alone
   */
  public static Syntax<InetSocketAddress> port(String host) {
    Syntax<Integer> port = wholeNumber(0, 65_535);
    return new Syntax<>(
        port.accepted() + ", or `address:port`, such as `0.0.0.0:9404`",
        text -> {
          Matcher parts = ADDRESS_AND_PORT.matcher(text.strip());
          if (!parts.matches()) {
            throw new IllegalArgumentException("is neither a port nor address:port");
          }
          String address = parts.group(1) == null ? host : parts.group(1);
          return InetSocketAddress.createUnresolved(
              address.startsWith("[") ? address.substring(1, address.length() - 1) : address,
              port.read(parts.group(2)));
        });
  }

  /** A list as {@link ListText} describes it. */
  public static <E> Syntax<List<E>> commaSeparated(String accepted, Function<String, E> element) {
    return commaSeparated(accepted, element, false);
  }

  /** As {@link #commaSeparated(String, Function)}, for elements that may begin with a brace. */
  public static <E> Syntax<List<E>> commaSeparated(
      String accepted, Function<String, E> element, boolean braces) {
    return new Syntax<>(
        accepted,
        text -> {
          if (text.isBlank()) {
            throw new IllegalArgumentException("is empty");
          }
          List<String> parts = ListText.elements(text, braces);
          if (parts.isEmpty()) {
            throw new IllegalArgumentException("is empty");
          }
          Set<E> elements = new LinkedHashSet<>();
          Map<String, String> faults = new LinkedHashMap<>();
          for (String part : parts) {
            try {
              if (part.isEmpty()) {
                throw new IllegalArgumentException("is an empty element. Remove a comma");
              }
              if (!elements.add(element.apply(part))) {
                throw new IllegalArgumentException("is given twice. Give it once");
              }
            } catch (IllegalArgumentException e) {
              faults.put(part, String.valueOf(e.getMessage()));
            }
          }
          if (!faults.isEmpty()) {
            throw new ElementsException(faults);
          }
          return List.copyOf(elements);
        });
  }

  /** A file or directory on a local disk, with or without {@code file:} before it. */
  public static Syntax<String> localPath() {
    return new Syntax<>(
        "a local path",
        text -> {
          String path = text.strip();
          if (path.isEmpty()) {
            throw new IllegalArgumentException("is empty");
          }
          Matcher scheme = URI_SCHEME.matcher(path);
          if (scheme.matches()) {
            path = pathOfFileUri(path, lower(scheme.group(1)));
          }
          try {
            return Path.of(path).toString();
          } catch (InvalidPathException e) {
            throw new IllegalArgumentException("is not a path: " + e.getReason(), e);
          }
        });
  }

  private static String pathOfFileUri(String text, String scheme) {
    if (!scheme.equals("file")) {
      throw new IllegalArgumentException(
          "is on %s, but must be on a local disk of each host that runs executors"
              .formatted(scheme));
    }
    try {
      URI uri = new URI(text);
      if (uri.getPath() == null || uri.getAuthority() != null) {
        throw new IllegalArgumentException("is not of the form file:///path");
      }
      return uri.getPath();
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException("is not a URI: " + e.getReason(), e);
    }
  }

  /** A file or directory that does not depend on the working directory of a process. */
  public static Syntax<String> absoluteLocalPath() {
    return localPath()
        .checked(
            path ->
                Path.of(path).isAbsolute()
                    ? Optional.empty()
                    : Optional.of("is not absolute. Begin it with /"))
        .described("an absolute path, with or without `file:` before it");
  }

  static String lower(String text) {
    return text.strip().toLowerCase(Locale.ROOT);
  }
}
