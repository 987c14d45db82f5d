// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark;

import io.github.mqttpartitioned.option.BatchOptions;
import io.github.mqttpartitioned.spark.batch.MqttBatchScan;
import io.github.mqttpartitioned.spark.executor.SparkHost;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.spark.sql.connector.catalog.SupportsRead;
import org.apache.spark.sql.connector.catalog.TableCapability;
import org.apache.spark.sql.connector.read.ScanBuilder;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;

/** What the stores of a streaming query hold, as a table. Only a batch query can read it. */
public final class MqttBatchTable implements SupportsRead {

  private final StructType schema;
  private final Map<String, String> options;
  private final Supplier<SparkHost> host;

  /**
   * @param options of the table; those of a read have precedence
   */
  public MqttBatchTable(StructType schema, Map<String, String> options, Supplier<SparkHost> host) {
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

  /** A streaming read is there for its error, which says what to do. */
  @Override
  public Set<TableCapability> capabilities() {
    return Set.of(TableCapability.BATCH_READ, TableCapability.MICRO_BATCH_READ);
  }

  @Override
  public ScanBuilder newScanBuilder(CaseInsensitiveStringMap given) {
    BatchOptions parsed =
        BatchOptions.parse(TableProperties.merged(options, given.asCaseSensitiveMap()));
    MqttTableProvider.requireColumns(MqttTableProvider.columns(parsed), schema);
    return () -> new MqttBatchScan(parsed, schema, host);
  }
}
