// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.stream;

import io.github.mqttpartitioned.option.SourceOptions;
import io.github.mqttpartitioned.spark.compat.NewestSpark;
import io.github.mqttpartitioned.spark.executor.SparkHost;
import io.github.mqttpartitioned.spark.stream.plan.Sleeper;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** Makes the stream of a query. */
@FunctionalInterface
public interface StreamFactory {

  /** The factory for this Spark. Since 4.1 there is {@code Trigger.RealTime}. */
  static StreamFactory ofThisSpark() {
    return NewestSpark.find(
            StreamFactory.class,
            "io.github.mqttpartitioned.spark.realtime.RealTimeStreams",
            "org.apache.spark.sql.connector.read.streaming.SupportsRealTimeMode")
        .orElse(MqttMicroBatchStream::new);
  }

  /** As the constructor of {@link MqttMicroBatchStream}. */
  MqttMicroBatchStream create(
      SourceOptions options,
      String description,
      String checkpointLocation,
      Supplier<SparkHost> host,
      LongSupplier nanoTime,
      Sleeper sleeper);
}
