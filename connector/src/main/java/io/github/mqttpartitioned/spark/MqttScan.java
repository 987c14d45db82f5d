// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark;

import io.github.mqttpartitioned.option.SourceOptions;
import io.github.mqttpartitioned.spark.executor.SparkHost;
import io.github.mqttpartitioned.spark.read.SourceMetric;
import io.github.mqttpartitioned.spark.stream.MqttMicroBatchStream;
import io.github.mqttpartitioned.spark.vector.MqttColumns;
import java.util.function.Supplier;
import org.apache.spark.sql.connector.metric.CustomMetric;
import org.apache.spark.sql.connector.read.Scan;
import org.apache.spark.sql.connector.read.streaming.MicroBatchStream;
import org.apache.spark.sql.types.StructType;

/** One read of the table, as Spark plans it. */
final class MqttScan implements Scan {

  private final SourceOptions options;
  private final Supplier<SparkHost> host;

  MqttScan(SourceOptions options, Supplier<SparkHost> host) {
    this.options = options;
    this.host = host;
  }

  @Override
  public StructType readSchema() {
    return MqttColumns.schema(options.includeProperties());
  }

  @Override
  public String description() {
    return MqttTableProvider.SHORT_NAME + " " + options.topics() + " of " + options.brokers();
  }

  @Override
  public ColumnarSupportMode columnarSupportMode() {
    return ColumnarSupportMode.SUPPORTED;
  }

  @Override
  public CustomMetric[] supportedCustomMetrics() {
    return SourceMetric.all();
  }

  @Override
  public MicroBatchStream toMicroBatchStream(String checkpointLocation) {
    return new MqttMicroBatchStream(
        options,
        description(),
        checkpointLocation,
        host,
        System::nanoTime,
        time -> Thread.sleep(time.toMillis()));
  }
}
