// SPDX-License-Identifier: Apache-2.0
/**
 * Sparkplug B in Spark: the function {@code sparkplug_decode}, and the step that gives metrics
 * their names back.
 *
 * <p>{@link io.github.mqttpartitioned.spark.sparkplug.SparkplugDecode} is the function. {@link
 * io.github.mqttpartitioned.spark.sparkplug.SparkplugNames} is the step, with {@link
 * io.github.mqttpartitioned.spark.sparkplug.EdgeNode} as its state.
 */
@Internal
@NullMarked
package io.github.mqttpartitioned.spark.sparkplug;

import io.github.mqttpartitioned.Internal;
import org.jspecify.annotations.NullMarked;
