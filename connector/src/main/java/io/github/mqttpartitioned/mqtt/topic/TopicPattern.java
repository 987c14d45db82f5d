// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.mqtt.topic;

import static java.util.stream.Collectors.joining;

import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A topic filter some of whose levels have names, such as {@code factory/{hall}/{line:int}/+/#}. A
 * level with a name matches what {@code +} matches. All else is as in a {@link TopicFilter}.
 *
 * @param pattern its text
 * @param filter the same with {@code +} for each name
 * @param fields the levels with names, in their order
 */
public record TopicPattern(String pattern, TopicFilter filter, List<Field> fields)
    implements Serializable {

  private static final Pattern NAMED =
      Pattern.compile("\\{([\\p{L}_][\\p{L}\\p{N}_]*)(?::([^{}:/]*))?}");

  /** What the text of a level is read as. */
  public enum FieldType {
    STRING,
    INT,
    LONG,
    DOUBLE,
    BOOLEAN;

    private static Optional<FieldType> of(String name) {
      return Stream.of(values()).filter(type -> type.toString().equals(name)).findFirst();
    }

    /** As in a pattern. */
    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * A level with a name.
   *
   * @param level its number, from 0
   */
  public record Field(String name, FieldType type, int level) implements Serializable {}

  public TopicPattern {
    fields = List.copyOf(fields);
  }

  /**
   * Reads a pattern.
   *
   * @throws IllegalArgumentException if {@code pattern} is not one; the message is the predicate of
   *     a sentence about the value
   */
  public static TopicPattern parse(String pattern) {
    String[] levels = pattern.split("/", -1);
    List<Field> fields = new ArrayList<>();
    for (int i = 0; i < levels.length; i++) {
      if (levels[i].contains("{") || levels[i].contains("}")) {
        fields.add(field(levels[i], i));
        levels[i] = "+";
      }
    }
    if (fields.isEmpty()) {
      throw new IllegalArgumentException("names no level: write a level as {name} or {name:type}");
    }
    String twice = firstTwice(fields);
    if (twice != null) {
      throw new IllegalArgumentException("has two levels named %s".formatted(twice));
    }
    return new TopicPattern(pattern, new TopicFilter(String.join("/", levels)), fields);
  }

  private static Field field(String text, int level) {
    Matcher named = NAMED.matcher(text);
    if (!named.matches()) {
      throw new IllegalArgumentException(
          """
          has the level %s: {name} or {name:type} must be a whole level, and a name is of letters, \
          digits and _, and does not begin with a digit"""
              .formatted(text));
    }
    String type = named.group(2);
    return new Field(
        named.group(1),
        type == null ? FieldType.STRING : type(text, type.toLowerCase(Locale.ROOT)),
        level);
  }

  private static FieldType type(String level, String name) {
    return FieldType.of(name)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "has the level %s, whose type is none of %s"
                        .formatted(
                            level,
                            Stream.of(FieldType.values())
                                .map(FieldType::toString)
                                .collect(joining(", ")))));
  }

  private static @Nullable String firstTwice(List<Field> fields) {
    List<String> seen = new ArrayList<>();
    for (Field field : fields) {
      String name = field.name().toLowerCase(Locale.ROOT);
      if (seen.contains(name)) {
        return field.name();
      }
      seen.add(name);
    }
    return null;
  }

  /** Compares topics with this pattern. Made once for many topics. */
  public Comparison comparison() {
    return new Comparison(filter);
  }

  /** The levels of a filter as bytes. Thread-safe. */
  public static final class Comparison {

    private final byte[][] levels;

    /** The levels that may be anything. */
    private final BitSet wildcards = new BitSet();

    /** Whether more levels may follow: the filter ends with {@code #}. */
    private final boolean open;

    private Comparison(TopicFilter filter) {
      String[] texts = filter.filter().split("/", -1);
      open = texts[texts.length - 1].equals("#");
      levels = new byte[open ? texts.length - 1 : texts.length][];
      for (int i = 0; i < levels.length; i++) {
        levels[i] = texts[i].getBytes(StandardCharsets.UTF_8);
        wildcards.set(i, texts[i].equals("+"));
      }
    }

    /** Whether the filter matches a topic (section 4.7). */
    public boolean matches(TopicLevels topic) {
      if (topic.count() < levels.length || (!open && topic.count() > levels.length)) {
        return false;
      }
      if (topic.isHidden() && (levels.length == 0 || wildcards.get(0))) {
        return false;
      }
      for (int i = 0; i < levels.length; i++) {
        if (!wildcards.get(i) && !topic.is(i, levels[i])) {
          return false;
        }
      }
      return true;
    }
  }

  @Override
  public String toString() {
    return pattern;
  }
}
