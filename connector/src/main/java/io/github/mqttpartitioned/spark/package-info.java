// SPDX-License-Identifier: Apache-2.0
/**
 * The roles of Spark's DataSource V2 for {@code spark.readStream.format("mqtt-partitioned")}.
 *
 * <p>On the driver, {@link io.github.mqttpartitioned.spark.stream.MqttMicroBatchStream} plans
 * ranges of offsets and decides what may be trimmed. In a task, {@code BlockPartitionReader} gives
 * Spark the blocks of a range as columns over the stored bytes. No code handles single messages.
 *
 * <p>An offset of the source is the {@code until} of every partition. It fixes the rows before it:
 * a planned range gives the same rows each time it is read, until Spark commits it.
 */
@Internal
@NullMarked
package io.github.mqttpartitioned.spark;

import io.github.mqttpartitioned.Internal;
import org.jspecify.annotations.NullMarked;
