// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.sparkplug;

import io.github.mqttpartitioned.sparkplug.Datatype;
import io.github.mqttpartitioned.sparkplug.SparkplugMetric;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/** The columns that a payload has in Spark. */
final class SparkplugColumns {

  static final StructType METRIC =
      new StructType()
          .add("name", DataTypes.StringType)
          .add("alias", DataTypes.LongType)
          .add("timestamp", DataTypes.TimestampType)
          .add("datatype", DataTypes.StringType)
          .add("is_historical", DataTypes.BooleanType)
          .add("is_null", DataTypes.BooleanType)
          .add("long_value", DataTypes.LongType)
          .add("double_value", DataTypes.DoubleType)
          .add("boolean_value", DataTypes.BooleanType)
          .add("string_value", DataTypes.StringType)
          .add("bytes_value", DataTypes.BinaryType);

  static final StructType PAYLOAD =
      new StructType()
          .add("timestamp", DataTypes.TimestampType)
          .add("seq", DataTypes.LongType)
          .add("uuid", DataTypes.StringType)
          .add("metrics", DataTypes.createArrayType(METRIC));

  private static final long MICROS = 1000;

  private SparkplugColumns() {}

  /** Microseconds of a time in milliseconds; null if it is none or later than Spark's last. */
  static @Nullable Long micros(@Nullable Long millis) {
    return millis == null || millis < 0 || millis > Long.MAX_VALUE / MICROS
        ? null
        : (Long) (millis * MICROS);
  }

  /** How types of Spark's rows are made: internal ones, or those of a user. */
  interface Types {

    @Nullable Object text(@Nullable String text);

    @Nullable Object time(@Nullable Long millis);
  }

  /**
   * The fields of {@link #METRIC}.
   *
   * @param name as sent, or as a BIRTH says it
   * @param datatype as sent, or as a BIRTH says it
   */
  static @Nullable Object[] metric(
      SparkplugMetric metric, @Nullable String name, @Nullable Datatype datatype, Types types) {
    Object value = metric.value(datatype);
    String elements = metric.elements(datatype);
    return new @Nullable Object[] {
      types.text(name),
      metric.alias(),
      types.time(metric.timestamp()),
      types.text(datatype == null ? null : datatype.toString()),
      metric.isHistorical(),
      metric.isNull(),
      value instanceof Long ? value : null,
      value instanceof Double ? value : null,
      value instanceof Boolean ? value : null,
      types.text(value instanceof String text ? text : elements),
      value instanceof byte[] ? value : null
    };
  }
}
