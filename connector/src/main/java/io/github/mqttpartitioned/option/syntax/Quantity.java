// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.option.syntax;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The syntax of durations and sizes: a whole number and a unit. */
public final class Quantity {

  /** A long holds the nanoseconds of at most 292 years. */
  private static final Duration MAX_DURATION = Duration.ofDays(100_000);

  private static final Pattern QUANTITY = Pattern.compile("(\\d+)([a-z]*)");

  private static final Map<String, Duration> TIME_UNITS =
      Map.of(
          "ms", Duration.ofMillis(1),
          "s", Duration.ofSeconds(1),
          "m", Duration.ofMinutes(1),
          "min", Duration.ofMinutes(1),
          "h", Duration.ofHours(1),
          "d", Duration.ofDays(1));

  private static final String SIZE_UNITS = "bkmgtp";

  private Quantity() {}

  /** A duration: a number with one of Spark's units of time. The unit is required. */
  public static Syntax<Duration> duration(String min) {
    return durationWithin(
        "a duration from %s, such as `500ms`, `5s`, `15m`, `12h`, `7d`".formatted(min),
        toDuration(min),
        MAX_DURATION);
  }

  public static Syntax<Duration> duration(String min, String max) {
    return durationWithin(
        "a duration from %s to %s, such as `500ms`, `5s`, `15m`".formatted(min, max),
        toDuration(min),
        toDuration(max));
  }

  /** A duration that MQTT carries as a number of seconds. */
  public static Syntax<Duration> wholeSeconds(String min, String max) {
    return durationWithin(
            "whole seconds from %s to %s, such as `90s`, `15m`, `12h`, `7d`".formatted(min, max),
            toDuration(min),
            toDuration(max))
        .checked(
            value ->
                value.toNanosPart() == 0
                    ? Optional.empty()
                    : Optional.of("is not a number of whole seconds, which MQTT requires"));
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

  /** Bytes: a number with one of Spark's binary units (1k is 1,024). The unit is required. */
  public static Syntax<Long> size(String min) {
    long minBytes = toBytes(min);
    return new Syntax<>(
        "a size from %s, such as `64k`, `512m`, `10g`, `1t` (1k is 1024 bytes)".formatted(min),
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
    Matcher matcher = QUANTITY.matcher(Syntax.lower(text));
    if (!matcher.matches()) {
      throw new IllegalArgumentException("is not a %s".formatted(kind));
    }
    if (matcher.group(2).isEmpty()) {
      throw new IllegalArgumentException(
          "has no unit. Did you mean %s%s?".formatted(matcher.group(1), likelyUnit));
    }
    return matcher;
  }
}
