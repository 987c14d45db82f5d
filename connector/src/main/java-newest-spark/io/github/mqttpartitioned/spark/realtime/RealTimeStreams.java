// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.realtime;

import io.github.mqttpartitioned.option.SourceOptions;
import io.github.mqttpartitioned.spark.executor.SparkHost;
import io.github.mqttpartitioned.spark.stream.MqttMicroBatchStream;
import io.github.mqttpartitioned.spark.stream.StreamFactory;
import io.github.mqttpartitioned.spark.stream.plan.Sleeper;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** Makes streams that know {@code Trigger.RealTime}. It is created by its name. */
public final class RealTimeStreams implements StreamFactory {

  @Override
  public MqttMicroBatchStream create(
      SourceOptions options,
      String description,
      String checkpointLocation,
      Supplier<SparkHost> host,
      LongSupplier nanoTime,
      Sleeper sleeper) {
    return new RealTimeStream(options, description, checkpointLocation, host, nanoTime, sleeper);
  }
}
