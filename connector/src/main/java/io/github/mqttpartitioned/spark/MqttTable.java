// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark;

import io.github.mqttpartitioned.option.SourceOptions;
import io.github.mqttpartitioned.spark.executor.SparkHost;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.spark.sql.connector.catalog.SupportsRead;
import org.apache.spark.sql.connector.catalog.TableCapability;
import org.apache.spark.sql.connector.read.ScanBuilder;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;

/** The messages of some topics as a table. Only a streaming query can read it. */
public final class MqttTable implements SupportsRead {

  private final StructType schema;
  private final Supplier<SparkHost> host;

  public MqttTable(StructType schema, Supplier<SparkHost> host) {
    this.schema = schema;
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

  /** A batch read is there for its error, which says what to do. */
  @Override
  public Set<TableCapability> capabilities() {
    return Set.of(TableCapability.MICRO_BATCH_READ, TableCapability.BATCH_READ);
  }

  @Override
  public ScanBuilder newScanBuilder(CaseInsensitiveStringMap options) {
    SourceOptions parsed = SourceOptions.parse(options.asCaseSensitiveMap());
    return () -> new MqttScan(parsed, host);
  }
}
