// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.option;

import static java.util.stream.Collectors.joining;

import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How the text of an option is read.
 *
 * @param accepted what is accepted, as it stands in errors and in the README
 * @param reader gives the value, or throws {@link IllegalArgumentException} with what is wrong, as
 *     a phrase that goes on from the value: "has no unit"
 */
record Syntax<T>(String accepted, Function<String, T> reader) {

  private static final int MAX_MQTT_STRING_BYTES = 65_535;

  /** The longest durations whose nanoseconds still fit a long end at 292 years. */
  private static final Duration MAX_DURATION = Duration.ofDays(100_000);

  private static final Pattern ADDRESS_AND_PORT =
      Pattern.compile("(?:(\\[[0-9a-fA-F:.]+]|[^\\s:\\[\\]/@]+):)?([^:]*)");

  private static final Pattern QUANTITY = Pattern.compile("(\\d+)([a-z]*)");

  /** At least two letters: one is a drive of Windows. */
  private static final Pattern URI_SCHEME = Pattern.compile("([a-zA-Z][a-zA-Z0-9+.-]+):.*");

  private static final Map<String, Duration> TIME_UNITS =
      Map.of(
          "ms", Duration.ofMillis(1),
          "s", Duration.ofSeconds(1),
          "m", Duration.ofMinutes(1),
          "min", Duration.ofMinutes(1),
          "h", Duration.ofHours(1),
          "d", Duration.ofDays(1));

  private static final String SIZE_UNITS = "bkmgtp";

  /** Some elements of a list cannot be read: for each, what is wrong. */
  static final class ElementsException extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    private final Map<String, String> faults;

    private ElementsException(Map<String, String> faults) {
      this.faults = faults;
    }

    Map<String, String> faults() {
      return faults;
    }
  }

  T read(String text) {
    return reader.apply(text);
  }

  Syntax<T> described(String description) {
    return new Syntax<>(description, reader);
  }

  /** Refuses what does not work yet: once it does, take the call out. */
  Syntax<T> notYet(Predicate<T> refused, String instead, String acceptedMeanwhile) {
    return checked(
            value ->
                refused.test(value)
                    ? Optional.of("is not available in this version yet. " + instead)
                    : Optional.empty())
        .described(acceptedMeanwhile);
  }

  /** Refuses values for which {@code fault} finds something wrong. */
  Syntax<T> checked(Function<T, Optional<String>> fault) {
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

  /** Any text, taken as it is: spaces around it may belong to a password. */
  static Syntax<String> text() {
    return new Syntax<>("any text", text -> text);
  }

  /** Text that MQTT can carry, section 1.5.4, and that is there. */
  static Syntax<String> mqttString(int maxBytes) {
    return new Syntax<>(
        "text of 1 to " + maxBytes + " bytes of UTF-8",
        text -> {
          if (text.isEmpty()) {
            throw new IllegalArgumentException("is empty");
          }
          if (text.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("holds the character U+0000, which MQTT forbids");
          }
          if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
            throw new IllegalArgumentException("holds half a surrogate pair, which MQTT forbids");
          }
          if (text.getBytes(StandardCharsets.UTF_8).length > maxBytes) {
            throw new IllegalArgumentException("is longer than " + maxBytes + " bytes of UTF-8");
          }
          return text;
        });
  }

  static Syntax<String> mqttString() {
    return mqttString(MAX_MQTT_STRING_BYTES);
  }

  static Syntax<Boolean> trueOrFalse() {
    return new Syntax<>(
        "`true` or `false`",
        text ->
            switch (lower(text)) {
              case "true" -> true;
              case "false" -> false;
              default -> throw new IllegalArgumentException("is neither true nor false");
            });
  }

  static <E extends Enum<E>> Syntax<E> oneOf(Class<E> type, Function<E, String> name) {
    List<E> values = List.of(type.getEnumConstants());
    return new Syntax<>(
        values.stream().map(value -> "`" + name.apply(value) + "`").collect(joining(", ")),
        text ->
            values.stream()
                .filter(value -> name.apply(value).equalsIgnoreCase(text.strip()))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("is none of these")));
  }

  static Syntax<Long> wholeNumber(long min, long max) {
    return new Syntax<>(
        max == Long.MAX_VALUE || max == Integer.MAX_VALUE
            ? "a whole number from " + min
            : "a whole number from " + min + " to " + max,
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

  static Syntax<Integer> wholeNumber(int min, int max) {
    Syntax<Long> number = wholeNumber((long) min, (long) max);
    return new Syntax<>(number.accepted(), text -> Math.toIntExact(number.read(text)));
  }

  /**
   * A port to listen on, alone or behind an address of this host; an IPv6 address stands in
   * brackets. The address is not resolved.
   *
   * @param host when there is no address
   */
  static Syntax<InetSocketAddress> port(String host) {
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

  /** A number with one of Spark's units of time, but never without one. */
  static Syntax<Duration> duration(String min) {
    return durationWithin(
        "a duration from " + min + ", such as `500ms`, `5s`, `15m`, `12h`, `7d`",
        toDuration(min),
        MAX_DURATION);
  }

  static Syntax<Duration> duration(String min, String max) {
    return durationWithin(
        "a duration from " + min + " to " + max + ", such as `500ms`, `5s`, `15m`",
        toDuration(min),
        toDuration(max));
  }

  /** A duration that MQTT carries as a count of seconds. */
  static Syntax<Duration> wholeSeconds(String min, String max) {
    return durationWithin(
            "whole seconds from " + min + " to " + max + ", such as `90s`, `15m`, `12h`, `7d`",
            toDuration(min),
            toDuration(max))
        .checked(
            value ->
                value.toNanosPart() == 0
                    ? Optional.empty()
                    : Optional.of("is not a count of whole seconds, as MQTT needs it"));
  }

  private static Syntax<Duration> durationWithin(String accepted, Duration min, Duration max) {
    return new Syntax<>(
        accepted,
        text -> {
          Duration value = toDuration(text);
          if (value.compareTo(min) < 0 || value.compareTo(max) > 0) {
            throw new IllegalArgumentException("is out of range");
          }
          return value;
        });
  }

  private static Duration toDuration(String text) {
    Matcher quantity = quantity(text, "duration", "s");
    Duration unit = TIME_UNITS.get(quantity.group(2));
    if (unit == null) {
      throw new IllegalArgumentException("has an unknown unit");
    }
    try {
      return unit.multipliedBy(Long.parseLong(quantity.group(1)));
    } catch (ArithmeticException | NumberFormatException e) {
      throw new IllegalArgumentException("is out of range", e);
    }
  }

  /** Bytes with one of Spark's binary units (1k is 1,024), but never without one. */
  static Syntax<Long> size(String min) {
    long minBytes = toBytes(min);
    return new Syntax<>(
        "a size from " + min + ", such as `64k`, `512m`, `10g`, `1t` (1k is 1024 bytes)",
        text -> {
          long bytes = toBytes(text);
          if (bytes < minBytes) {
            throw new IllegalArgumentException("is out of range");
          }
          return bytes;
        });
  }

  private static long toBytes(String text) {
    Matcher quantity = quantity(text, "size", "b");
    String unit = quantity.group(2);
    int power = SIZE_UNITS.indexOf(unit.charAt(0));
    boolean spelledOut = unit.length() == 2 && unit.charAt(1) == 'b' && power > 0;
    if (power < 0 || (unit.length() > 1 && !spelledOut)) {
      throw new IllegalArgumentException("has an unknown unit");
    }
    try {
      return Math.multiplyExact(Long.parseLong(quantity.group(1)), 1L << (10 * power));
    } catch (ArithmeticException | NumberFormatException e) {
      throw new IllegalArgumentException("is out of range", e);
    }
  }

  private static Matcher quantity(String text, String kind, String likelyUnit) {
    Matcher matcher = QUANTITY.matcher(lower(text));
    if (!matcher.matches()) {
      throw new IllegalArgumentException("is not a " + kind);
    }
    if (matcher.group(2).isEmpty()) {
      throw new IllegalArgumentException(
          "has no unit. Did you mean " + matcher.group(1) + likelyUnit + "?");
    }
    return matcher;
  }

  /** Elements between commas, spaces around them left out, none empty, none twice. */
  static <E> Syntax<List<E>> commaSeparated(String accepted, Function<String, E> element) {
    return new Syntax<>(
        accepted,
        text -> {
          if (text.isBlank()) {
            throw new IllegalArgumentException("is empty");
          }
          Set<E> elements = new LinkedHashSet<>();
          Map<String, String> faults = new LinkedHashMap<>();
          for (String part : Arrays.stream(text.split(",", -1)).map(String::strip).toList()) {
            try {
              if (part.isEmpty()) {
                throw new IllegalArgumentException("is an empty element. Take out a comma");
              }
              if (!elements.add(element.apply(part))) {
                throw new IllegalArgumentException("is there twice. Name it once");
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

  /** A file or directory on a disk of the host itself; {@code file:} may stand before it. */
  static Syntax<String> localPath() {
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
          "is on " + scheme + ", but must be on a disk of each executor's own host");
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

  /** A directory that is the same whatever directory a process was started in. */
  static Syntax<String> absoluteLocalPath() {
    return localPath()
        .checked(
            path ->
                Path.of(path).isAbsolute()
                    ? Optional.empty()
                    : Optional.of("is not absolute. Begin it with /"))
        .described("an absolute path, with or without `file:` before it");
  }

  private static String lower(String text) {
    return text.strip().toLowerCase(Locale.ROOT);
  }
}
