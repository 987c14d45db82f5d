// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.realtime;

import io.github.mqttpartitioned.option.SourceOptions;
import io.github.mqttpartitioned.spark.executor.SparkHost;
import io.github.mqttpartitioned.spark.read.MqttPartitionReaderFactory;
import io.github.mqttpartitioned.spark.stream.MqttMicroBatchStream;
import io.github.mqttpartitioned.spark.stream.plan.Sleeper;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.apache.spark.sql.connector.read.InputPartition;
import org.apache.spark.sql.connector.read.PartitionReaderFactory;
import org.apache.spark.sql.connector.read.streaming.Offset;
import org.apache.spark.sql.connector.read.streaming.PartitionOffset;
import org.apache.spark.sql.connector.read.streaming.SupportsRealTimeMode;

/**
 * The stream in a Spark that has {@code Trigger.RealTime}. With another trigger it is the
 * micro-batch stream that it extends.
 *
 * <p>With this trigger Spark writes the end of a batch into its offset log when the tasks have
 * stopped, and the entry in its commit log directly afterwards. A batch whose entry is missing in
 * one of the two begins anew where it had begun. {@link #commit} comes with the next batch.
 */
public final class RealTimeStream extends MqttMicroBatchStream implements SupportsRealTimeMode {

  /** As for {@link MqttMicroBatchStream}. */
  public RealTimeStream(
      SourceOptions options,
      String description,
      String checkpointLocation,
      Supplier<SparkHost> host,
      LongSupplier nanoTime,
      Sleeper sleeper) {
    super(options, description, checkpointLocation, host, nanoTime, sleeper);
  }

  @Override
  public void prepareForRealTimeMode() {
    prepareRealTime();
  }

  @Override
  public InputPartition[] planInputPartitions(Offset start) {
    return planOpenTasks(start);
  }

  @Override
  public PartitionReaderFactory createReaderFactory() {
    PartitionReaderFactory columnar = super.createReaderFactory();
    return isRealTime()
        ? new RealTimeReaderFactory((MqttPartitionReaderFactory) columnar)
        : columnar;
  }

  @Override
  public Offset mergeOffsets(PartitionOffset[] offsets) {
    Map<Integer, Long> until = new TreeMap<>();
    for (PartitionOffset each : offsets) {
      RealTimeOffset own = (RealTimeOffset) each;
      until.merge(own.partition(), own.until(), Math::max);
    }
    return endOfOpenTasks(until);
  }
}
