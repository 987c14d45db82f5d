// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.sink;

import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_SINK_SCHEMA_INVALID;
import static java.util.stream.Collectors.joining;

import io.github.mqttpartitioned.mqtt.packet.PrintableText;
import io.github.mqttpartitioned.option.SinkOptions;
import io.github.mqttpartitioned.option.settings.PayloadType;
import io.github.mqttpartitioned.option.settings.TopicTemplate;
import io.github.mqttpartitioned.spark.vector.MqttColumns;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/**
 * Where in a row lies what a message consists of. The driver makes it from the schema of the rows
 * and from the options, and reports all wrong columns at once.
 *
 * @param topic the parts of the topic, in order
 * @param columns ordinal and type of each column of the sink that the rows have
 * @param qos of rows without one
 * @param retained of rows without such a column
 */
record SinkLayout(List<TopicPart> topic, Map<SinkColumn, Place> columns, int qos, boolean retained)
    implements Serializable {

  /** Columns that a source adds to its rows. They have no meaning for a sink. */
  private static final Set<String> IGNORED =
      Stream.of(new MqttColumns(PayloadType.BINARY, true, List.of()).schema().fieldNames())
          .filter(name -> SinkColumn.of(name).isEmpty())
          .map(name -> name.toLowerCase(Locale.ROOT))
          .collect(Collectors.toUnmodifiableSet());

  /** Types of columns that a topic template may name. */
  private static final List<DataType> TOPIC_TYPES =
      List.of(
          DataTypes.StringType,
          DataTypes.IntegerType,
          DataTypes.LongType,
          DataTypes.ShortType,
          DataTypes.ByteType,
          DataTypes.BooleanType);

  /**
   * A column of the rows.
   *
   * @param ordinal its position; negative if the rows do not have it
   * @param type its type, of strings without a collation
   */
  record Place(int ordinal, DataType type) implements Serializable {

    private static final Place NOWHERE = new Place(-1, DataTypes.NullType);

    private static Place of(int ordinal, StructField field) {
      return new Place(ordinal, SinkColumn.withoutCollation(field.dataType()));
    }

    boolean isAbsent() {
      return ordinal < 0;
    }
  }

  /**
   * A part of the topic: fixed text, or a column.
   *
   * @param text the fixed text, or the name of the column
   * @param column where the column is; absent for fixed text
   */
  record TopicPart(String text, Place column) implements Serializable {}

  SinkLayout {
    topic = List.copyOf(topic);
    columns = new EnumMap<>(columns);
  }

  /**
   * Compares the columns with what the sink needs.
   *
   * @throws IllegalArgumentException if a column is unknown, is missing, or has another type
   */
  static SinkLayout of(StructType schema, SinkOptions options) {
    List<String> faults = new ArrayList<>();
    Set<String> named =
        options.topic().map(TopicTemplate::columns).orElse(List.of()).stream()
            .map(name -> name.toLowerCase(Locale.ROOT))
            .collect(Collectors.toSet());
    Map<SinkColumn, Place> columns = new EnumMap<>(SinkColumn.class);
    Set<String> seen = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
    for (int i = 0; i < schema.length(); i++) {
      StructField field = schema.fields()[i];
      String name = field.name();
      if (!seen.add(name)) {
        faults.add("column %s is there twice".formatted(PrintableText.of(name)));
      }
      SinkColumn column = SinkColumn.of(name).orElse(null);
      boolean overridden = column == SinkColumn.TOPIC && options.topic().isPresent();
      if (column != null && !overridden) {
        if (column.accepts(field.dataType())) {
          columns.put(column, Place.of(i, field));
        } else {
          faults.add(
              "column %s is %s, but must be %s"
                  .formatted(column.key(), type(field.dataType()), column.accepted()));
        }
      } else if (column == null
          && !named.contains(name.toLowerCase(Locale.ROOT))
          && !IGNORED.contains(name.toLowerCase(Locale.ROOT))) {
        faults.add(unknown(name));
      }
    }
    if (!seen.contains(SinkColumn.PAYLOAD.key())) {
      faults.add("column payload is missing: the content of the messages, binary or string");
    }
    if (options.topic().isEmpty() && !seen.contains(SinkColumn.TOPIC.key())) {
      faults.add(
          "column topic is missing, and so is the option topic: one of them must say where to");
    }
    List<TopicPart> topic =
        options
            .topic()
            .map(template -> parts(template, schema, faults))
            .orElseGet(() -> column(columns.get(SinkColumn.TOPIC)));
    if (!faults.isEmpty()) {
      throw new IllegalArgumentException(
          MQTT_SINK_SCHEMA_INVALID.message(
              "The rows cannot be written to mqtt-partitioned: %s. The rows have the columns %s"
                  .formatted(String.join("; ", faults), PrintableText.of(schema.toDDL()))));
    }
    return new SinkLayout(topic, columns, options.qos(), options.retained());
  }

  private static String unknown(String name) {
    return """
        column %s is unknown. Drop it, or name it in the option topic as {%s}. Known columns: %s"""
        .formatted(
            PrintableText.of(name),
            PrintableText.of(name),
            Stream.of(SinkColumn.values()).map(SinkColumn::key).collect(joining(", ")));
  }

  private static List<TopicPart> column(@Nullable Place place) {
    return place == null ? List.of() : List.of(new TopicPart(SinkColumn.TOPIC.key(), place));
  }

  private static List<TopicPart> parts(
      TopicTemplate template, StructType schema, List<String> faults) {
    List<TopicPart> parts = new ArrayList<>();
    for (TopicTemplate.Part part : template.parts()) {
      if (!part.isColumn()) {
        parts.add(new TopicPart(part.text(), Place.NOWHERE));
        continue;
      }
      int ordinal = ordinal(schema, part.text());
      if (ordinal < 0) {
        faults.add(
            "the option topic names {%s}, but the rows have no such column"
                .formatted(PrintableText.of(part.text())));
      } else if (!TOPIC_TYPES.contains(Place.of(ordinal, schema.fields()[ordinal]).type())) {
        faults.add(
            "the option topic names {%s}, which is %s. Cast it to string"
                .formatted(part.text(), type(schema.fields()[ordinal].dataType())));
      } else {
        parts.add(new TopicPart(part.text(), Place.of(ordinal, schema.fields()[ordinal])));
      }
    }
    return parts;
  }

  private static int ordinal(StructType schema, String name) {
    for (int i = 0; i < schema.length(); i++) {
      if (schema.fields()[i].name().equalsIgnoreCase(name)) {
        return i;
      }
    }
    return -1;
  }

  private static String type(DataType type) {
    return type.sql().toLowerCase(Locale.ROOT);
  }

  /** Where a column lies. */
  Place place(SinkColumn column) {
    return columns.getOrDefault(column, Place.NOWHERE);
  }
}
