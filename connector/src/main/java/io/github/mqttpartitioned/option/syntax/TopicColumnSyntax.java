// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.option.syntax;

import static io.github.mqttpartitioned.option.syntax.Syntax.commaSeparated;
import static io.github.mqttpartitioned.option.syntax.Syntax.lower;

import io.github.mqttpartitioned.mqtt.topic.TopicPattern;
import io.github.mqttpartitioned.mqtt.topic.TopicPattern.Field;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The syntax of {@code topicColumns}. */
public final class TopicColumnSyntax {

  /**
   * The columns that a source or a batch read has of itself, in lower case: Spark compares names
   * without case.
   */
  static final Set<String> SOURCE_COLUMNS =
      Set.of(
          "topic",
          "payload",
          "partition",
          "offset",
          "timestamp",
          "qos",
          "retained",
          "duplicate",
          "broker",
          "contenttype",
          "payloadisutf8",
          "responsetopic",
          "correlationdata",
          "messageexpiryinterval",
          "userproperties",
          "deadletterreason");

  private TopicColumnSyntax() {}

  public static Syntax<List<TopicPattern>> topicColumns() {
    return commaSeparated(
            """
            comma-separated patterns such as `factory/{hall}/{line:int}/+/#`; a level `{name}` or \
            `{name:type}` is a column, its type `string`, `int`, `long`, `double` or `boolean`""",
            TopicColumnSyntax::pattern,
            true)
        .checked(TopicColumnSyntax::contradiction);
  }

  private static TopicPattern pattern(String text) {
    TopicPattern pattern = TopicPattern.parse(text);
    for (Field field : pattern.fields()) {
      if (SOURCE_COLUMNS.contains(lower(field.name()))) {
        throw new IllegalArgumentException(
            "names a level %s, but the source has a column of this name".formatted(field.name()));
      }
    }
    return pattern;
  }

  /** What is wrong with names that several patterns have. */
  private static Optional<String> contradiction(List<TopicPattern> patterns) {
    Map<String, Field> known = new HashMap<>();
    for (TopicPattern pattern : patterns) {
      for (Field field : pattern.fields()) {
        Field first = known.putIfAbsent(lower(field.name()), field);
        if (first != null && !first.name().equals(field.name())) {
          return Optional.of(
              "has the names %s and %s, which are one column to Spark. Write them alike"
                  .formatted(first.name(), field.name()));
        }
        if (first != null && first.type() != field.type()) {
          return Optional.of(
              "gives column %s the types %s and %s. Give it one type"
                  .formatted(field.name(), first.type(), field.type()));
        }
      }
    }
    return Optional.empty();
  }
}
