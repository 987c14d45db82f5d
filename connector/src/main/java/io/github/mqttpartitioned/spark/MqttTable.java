// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark;

import io.github.mqttpartitioned.option.BatchOptions;
import io.github.mqttpartitioned.option.SourceOptions;
import io.github.mqttpartitioned.spark.executor.SparkHost;
import io.github.mqttpartitioned.spark.vector.MqttColumns;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.spark.sql.connector.catalog.SupportsRead;
import org.apache.spark.sql.connector.catalog.TableCapability;
import org.apache.spark.sql.connector.read.ScanBuilder;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;

/**
 * The messages of some topics as a table. A streaming query reads it; a batch reads what such a
 * query has stored, if it says which one.
 */
public final class MqttTable implements SupportsRead {

  private final StructType schema;
  private final Map<String, String> options;
  private final Supplier<SparkHost> host;

  /**
   * @param options of the table; those of a read have precedence
   */
  public MqttTable(StructType schema, Map<String, String> options, Supplier<SparkHost> host) {
    this.schema = schema;
    this.options = options;
    this.host = host;
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

  /**
   * A batch read is there for its error, which says what to do. Spark asks in its analysis, before
   * it prints the plan.
   */
  @Override
  public Set<TableCapability> capabilities() {
    PlanSecrets.hide();
    return Set.of(TableCapability.MICRO_BATCH_READ, TableCapability.BATCH_READ);
  }

  @Override
  public ScanBuilder newScanBuilder(CaseInsensitiveStringMap given) {
    if (BatchOptions.areFor(given)) {
      return new MqttBatchTable(schema, BatchOptions.known(options), host).newScanBuilder(given);
    }
    SourceOptions parsed =
        SourceOptions.parse(TableProperties.merged(options, given.asCaseSensitiveMap()));
    MqttTableProvider.requireColumns(MqttColumns.of(parsed).schema(), schema);
    return () -> new MqttScan(parsed, host);
  }
}
