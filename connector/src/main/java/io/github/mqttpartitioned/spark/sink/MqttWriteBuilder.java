// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.sink;

import io.github.mqttpartitioned.option.SinkOptions;
import io.github.mqttpartitioned.sender.SendCounts;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.spark.sql.connector.write.LogicalWriteInfo;
import org.apache.spark.sql.connector.write.SupportsTruncate;
import org.apache.spark.sql.connector.write.Write;
import org.apache.spark.sql.connector.write.WriteBuilder;
import org.apache.spark.sql.internal.connector.SupportsStreamingUpdateAsAppend;
import org.apache.spark.sql.types.StructType;

/**
 * A write of some rows. A message cannot be taken back: in update mode each changed row is a
 * message, and in complete mode each row of each batch, as in Spark's Kafka sink.
 */
public final class MqttWriteBuilder
    implements WriteBuilder, SupportsTruncate, SupportsStreamingUpdateAsAppend {

  private final LogicalWriteInfo info;
  private final Map<String, String> given;
  private final SinkPreflight preflight;
  private final Consumer<SendCounts> committed;

  /**
   * @param given the options of the table and of the write
   * @param preflight of the query
   * @param committed hears what each batch has sent
   */
  public MqttWriteBuilder(
      LogicalWriteInfo info,
      Map<String, String> given,
      SinkPreflight preflight,
      Consumer<SendCounts> committed) {
    this.info = info;
    this.given = given;
    this.preflight = preflight;
    this.committed = committed;
  }

  /**
   * Compares the columns of rows with what the sink needs.
   *
   * @throws IllegalArgumentException if a column is unknown, is missing, or has another type
   */
  public static void check(StructType schema, SinkOptions options) {
    SinkLayout.of(schema, options);
  }

  /** Totals by name, as a query's progress shows them. */
  public static Map<String, String> metrics(SendCounts counts) {
    return SinkMetric.totals(counts);
  }

  @Override
  public WriteBuilder truncate() {
    return this;
  }

  @Override
  public Write build() {
    SinkOptions options = SinkOptions.parse(given);
    SinkLayout layout = SinkLayout.of(info.schema(), options);
    MqttWrite write = new MqttWrite(options, layout, info.queryId(), committed);
    preflight.run(write.streamingSettings());
    return write;
  }
}
