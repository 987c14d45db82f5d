// SPDX-License-Identifier: Apache-2.0
/**
 * How a task reads: it takes the blocks of one partition, local or remote, as columnar batches.
 *
 * <p>{@link io.github.mqttpartitioned.spark.read.MqttInputPartition} is what the driver plans, and
 * {@link io.github.mqttpartitioned.spark.read.BlockPartitionReader} reads it in the task's thread.
 * Where the blocks come from is behind {@link io.github.mqttpartitioned.spark.read.BlockSources}.
 */
@Internal
@NullMarked
package io.github.mqttpartitioned.spark.read;

import io.github.mqttpartitioned.Internal;
import org.jspecify.annotations.NullMarked;
