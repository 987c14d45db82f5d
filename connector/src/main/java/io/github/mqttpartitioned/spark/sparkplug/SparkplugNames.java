// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.sparkplug;

import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_SPARKPLUG_COLUMNS;

import io.github.mqttpartitioned.spark.compat.SparkSessions;
import io.github.mqttpartitioned.sparkplug.SparkplugTopic;
import java.io.Serializable;
import java.util.Arrays;
import java.util.stream.Stream;
import org.apache.spark.api.java.function.MapFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.streaming.GroupStateTimeout;
import org.apache.spark.sql.streaming.OutputMode;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Plans the step that gives metrics their names back: one group of rows for each edge node, with an
 * {@link EdgeNode} as its state.
 */
public final class SparkplugNames {

  /** The column that the step adds. */
  static final String COLUMN = "sparkplug";

  static final StructType DECODED =
      new StructType()
          .add("group_id", DataTypes.StringType)
          .add("message_type", DataTypes.StringType)
          .add("edge_node_id", DataTypes.StringType)
          .add("device_id", DataTypes.StringType)
          .add("timestamp", DataTypes.TimestampType)
          .add("seq", DataTypes.LongType)
          .add("uuid", DataTypes.StringType)
          .add("bd_seq", DataTypes.LongType)
          .add("seq_gap", DataTypes.IntegerType)
          .add("birth", DataTypes.StringType)
          .add("metrics", DataTypes.createArrayType(SparkplugColumns.METRIC));

  private static final String JAVA_8_TIMES = "spark.sql.datetime.java8API.enabled";

  /** Rows that are not Sparkplug's are spread over so many groups, none of which has a state. */
  private static final int OTHER_GROUPS = 1024;

  private SparkplugNames() {}

  /**
   * Where a row has what the step needs.
   *
   * @param time place of the time of receipt, -1 for none
   * @param java8Times whether Spark gives times as {@code Instant}
   */
  record Places(int topic, int payload, int time, boolean java8Times) implements Serializable {

    static Places of(StructType schema, boolean java8Times) {
      boolean hasTime =
          Arrays.asList(schema.fieldNames()).contains("timestamp")
              && schema.apply("timestamp").dataType().equals(DataTypes.TimestampType);
      return new Places(
          place(schema, "topic", DataTypes.StringType),
          place(schema, "payload", DataTypes.BinaryType),
          hasTime ? schema.fieldIndex("timestamp") : -1,
          java8Times);
    }

    private static int place(StructType schema, String column, DataType type) {
      boolean isThere =
          Stream.of(schema.fields())
              .anyMatch(field -> field.name().equals(column) && field.dataType().equals(type));
      if (!isThere) {
        throw new IllegalArgumentException(
            MQTT_SPARKPLUG_COLUMNS.message(
                """
                Sparkplug.withNames needs a column %s of type %s, but the columns are: %s. Give it \
                the rows of the source, with payloadType=binary."""
                    .formatted(column, type.sql(), schema.toDDL())));
      }
      return schema.fieldIndex(column);
    }
  }

  /**
   * The rows with the column {@code sparkplug} behind their own.
   *
   * @throws IllegalArgumentException if {@code topic} or {@code payload} is not there, or {@code
   *     sparkplug} is
   */
  public static Dataset<Row> restore(Dataset<Row> messages) {
    StructType schema = messages.schema();
    if (Arrays.stream(schema.fieldNames()).anyMatch(COLUMN::equalsIgnoreCase)) {
      throw new IllegalArgumentException(
          MQTT_SPARKPLUG_COLUMNS.message(
              """
              Sparkplug.withNames adds a column sparkplug, but there is one: %s. Rename it."""
                  .formatted(schema.toDDL())));
    }
    // The encoder of the result looks at the session that is active now, and at no other.
    boolean java8Times =
        SparkSessions.active()
            .map(session -> Boolean.parseBoolean(session.conf().get(JAVA_8_TIMES)))
            .orElse(false);
    Places places = Places.of(schema, java8Times);
    return messages
        .groupByKey(
            (MapFunction<Row, String>) row -> group(row.getString(places.topic())),
            Encoders.STRING())
        .flatMapGroupsWithState(
            new SparkplugStep(places),
            OutputMode.Append(),
            Encoders.row(EdgeNode.STATE),
            Encoders.row(schema.add(COLUMN, DECODED)),
            GroupStateTimeout.NoTimeout());
  }

  private static String group(String topic) {
    SparkplugTopic parsed = SparkplugTopic.parse(topic);
    return parsed == null
        ? "/" + Math.floorMod(String.valueOf(topic).hashCode(), OTHER_GROUPS)
        : parsed.group() + "/" + parsed.edgeNode();
  }
}
