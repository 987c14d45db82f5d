// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.sparkplug;

import io.github.mqttpartitioned.sparkplug.SparkplugMetric;
import io.github.mqttpartitioned.sparkplug.SparkplugPayload;
import java.util.List;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.catalyst.util.GenericArrayData;
import org.apache.spark.sql.connector.catalog.functions.ScalarFunction;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.unsafe.types.UTF8String;
import org.jspecify.annotations.Nullable;

/**
 * The SQL function {@code sparkplug_decode(payload)}. Spark's generated code calls {@link #invoke}
 * with the bytes, and takes the row as it is.
 */
public final class SparkplugDecode implements ScalarFunction<InternalRow> {

  public static final String NAME = "sparkplug_decode";

  /** For {@code DESCRIBE FUNCTION}. */
  public static final String USAGE =
      "_FUNC_(payload) - the struct of a Sparkplug B payload, null for anything else.";

  private static final long serialVersionUID = 1L;

  private static final SparkplugColumns.Types INTERNAL =
      new SparkplugColumns.Types() {
        @Override
        public @Nullable Object text(@Nullable String text) {
          return UTF8String.fromString(text);
        }

        @Override
        public @Nullable Object time(@Nullable Long millis) {
          return SparkplugColumns.micros(millis);
        }
      };

  /** The row of a payload, null for anything else. Spark finds this method by its name. */
  public static @Nullable InternalRow invoke(byte @Nullable [] payload) {
    SparkplugPayload parsed = payload == null ? null : SparkplugPayload.parse(payload);
    return parsed == null ? null : row(parsed);
  }

  private static InternalRow row(SparkplugPayload payload) {
    List<SparkplugMetric> metrics = payload.metrics();
    Object[] rows = new Object[metrics.size()];
    for (int i = 0; i < rows.length; i++) {
      SparkplugMetric metric = metrics.get(i);
      rows[i] =
          new GenericInternalRow(
              SparkplugColumns.metric(metric, metric.name(), metric.datatype(), INTERNAL));
    }
    return new GenericInternalRow(
        new @Nullable Object[] {
          INTERNAL.time(payload.timestamp()),
          payload.seq(),
          INTERNAL.text(payload.uuid()),
          new GenericArrayData(rows)
        });
  }

  @Override
  public @Nullable InternalRow produceResult(InternalRow input) {
    return invoke(input.isNullAt(0) ? null : input.getBinary(0));
  }

  @Override
  public DataType[] inputTypes() {
    return new DataType[] {DataTypes.BinaryType};
  }

  @Override
  public DataType resultType() {
    return SparkplugColumns.PAYLOAD;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String canonicalName() {
    return "io.github.mqttpartitioned." + NAME;
  }
}
