// SPDX-License-Identifier: Apache-2.0
/**
 * {@code spark.readStream.format("mqtt-partitioned")}: what Spark sees of the connector.
 *
 * <p>{@link io.github.mqttpartitioned.spark.stream.MqttMicroBatchStream} answers Spark's calls on
 * the driver: it plans ranges of offsets, and says what may be trimmed. In the tasks {@link
 * io.github.mqttpartitioned.spark.read.BlockPartitionReader} hands Spark the blocks of a range as
 * columns, which are read where they lie. Neither ever sees a single message.
 *
 * <p>An offset of the source is the {@code until} of every partition. It determines the rows before
 * it for good: a range that has been planned once gives the same rows whenever it is read again,
 * until Spark commits it.
 */
@Internal
@NullMarked
package io.github.mqttpartitioned.spark;

import io.github.mqttpartitioned.Internal;
import org.jspecify.annotations.NullMarked;
