// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark;

import static java.util.Objects.requireNonNull;

import io.github.mqttpartitioned.sender.SendCounts;
import io.github.mqttpartitioned.spark.sink.MqttWriteBuilder;
import io.github.mqttpartitioned.spark.sink.SinkPreflight;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.spark.sql.connector.catalog.SupportsWrite;
import org.apache.spark.sql.connector.catalog.TableCapability;
import org.apache.spark.sql.connector.read.streaming.ReportsSinkMetrics;
import org.apache.spark.sql.connector.write.LogicalWriteInfo;
import org.apache.spark.sql.connector.write.WriteBuilder;
import org.apache.spark.sql.types.StructType;

/** The brokers as a table that rows can be written to. Thread-safe. */
final class MqttSinkTable implements SupportsWrite, ReportsSinkMetrics {

  private final StructType schema;
  private final Map<String, String> options;
  private final boolean isOfCatalog;
  private final SinkPreflight preflight = new SinkPreflight();
  private final AtomicReference<SendCounts> total = new AtomicReference<>(SendCounts.NONE);

  /**
   * @param schema of the rows
   * @param options of the table; those of a write have precedence
   * @param isOfCatalog whether CREATE TABLE names the columns, so that Spark fits rows to them
   */
  MqttSinkTable(StructType schema, Map<String, String> options, boolean isOfCatalog) {
    this.schema = schema;
    this.options = options;
    this.isOfCatalog = isOfCatalog;
  }

  @Override
  public String name() {
    return MqttTableProvider.SHORT_NAME;
  }

  /** Spark 3.5 calls this method. In later versions the default {@code columns()} calls it. */
  @Override
  @SuppressWarnings("deprecation")
  public StructType schema() {
    return schema;
  }

  /** Spark asks in its analysis, before it prints the plan. */
  @Override
  public Set<TableCapability> capabilities() {
    PlanSecrets.hide();
    return isOfCatalog
        ? Set.of(TableCapability.BATCH_WRITE, TableCapability.STREAMING_WRITE)
        : Set.of(
            TableCapability.BATCH_WRITE,
            TableCapability.STREAMING_WRITE,
            TableCapability.ACCEPT_ANY_SCHEMA);
  }

  @Override
  public WriteBuilder newWriteBuilder(LogicalWriteInfo info) {
    // A streaming query has a session of its own.
    PlanSecrets.hide();
    return new MqttWriteBuilder(
        info,
        TableProperties.merged(options, info.options().asCaseSensitiveMap()),
        preflight,
        counts -> total.accumulateAndGet(counts, SendCounts::plus));
  }

  /** What the committed batches of the query have sent, for its progress. */
  @Override
  public Map<String, String> metrics() {
    return MqttWriteBuilder.metrics(requireNonNull(total.get()));
  }
}
