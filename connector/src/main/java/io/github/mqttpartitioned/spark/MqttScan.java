// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark;

import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_READ_REFUSED;

import io.github.mqttpartitioned.mqtt.topic.TopicFilters;
import io.github.mqttpartitioned.option.SourceOptions;
import io.github.mqttpartitioned.spark.executor.SparkHost;
import io.github.mqttpartitioned.spark.read.SourceMetric;
import io.github.mqttpartitioned.spark.stream.MqttMicroBatchStream;
import io.github.mqttpartitioned.spark.stream.StreamFactory;
import io.github.mqttpartitioned.spark.vector.MqttColumns;
import java.util.function.Supplier;
import org.apache.spark.sql.connector.metric.CustomMetric;
import org.apache.spark.sql.connector.read.Batch;
import org.apache.spark.sql.connector.read.Scan;
import org.apache.spark.sql.connector.read.streaming.MicroBatchStream;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/** One read of the table, as Spark plans it. */
final class MqttScan implements Scan {

  private static final StreamFactory STREAMS = StreamFactory.ofThisSpark();

  private final SourceOptions options;
  private final Supplier<SparkHost> host;
  private @Nullable MqttMicroBatchStream stream;

  MqttScan(SourceOptions options, Supplier<SparkHost> host) {
    this.options = options;
    this.host = host;
  }

  @Override
  public StructType readSchema() {
    return MqttColumns.of(options).schema();
  }

  @Override
  public String description() {
    return "%s %s of %s"
        .formatted(
            MqttTableProvider.SHORT_NAME, TopicFilters.shown(options.topics()), options.brokers());
  }

  /** Spark plans after the stream has heard of its trigger; its real-time tasks take rows alone. */
  @Override
  public ColumnarSupportMode columnarSupportMode() {
    MqttMicroBatchStream known = stream;
    return known != null && known.isRealTime()
        ? ColumnarSupportMode.UNSUPPORTED
        : ColumnarSupportMode.SUPPORTED;
  }

  @Override
  public CustomMetric[] supportedCustomMetrics() {
    return SourceMetric.all();
  }

  @Override
  public Batch toBatch() {
    throw new IllegalArgumentException(
        MQTT_READ_REFUSED.message(
            """
            Only a streaming query receives messages: brokerUrl and topics are options of \
            spark.readStream. To read in a batch what such a query has stored, give option \
            sourceCheckpoint with its checkpointLocation, and no broker: \
            spark.read.format("mqtt-partitioned").option("sourceCheckpoint", …), or for a table \
            spark.read.option("sourceCheckpoint", …).table(…)"""));
  }

  /**
   * {@inheritDoc}
   *
   * <p>The stream sleeps where it waits for a silence, which nothing can notify of. It sleeps also
   * where it waits for news: it looks at the last reports of its partitions, which come from other
   * processes as well as from this one.
   */
  @Override
  public MicroBatchStream toMicroBatchStream(String checkpointLocation) {
    MqttMicroBatchStream created =
        STREAMS.create(
            options,
            description(),
            checkpointLocation,
            host,
            System::nanoTime,
            time -> Thread.sleep(time.toMillis()));
    stream = created;
    return created;
  }
}
