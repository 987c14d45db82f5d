// SPDX-License-Identifier: Apache-2.0
/**
 * The columns of a row: their schema, and Spark's vectors over the bytes of a block.
 *
 * <p>{@link io.github.mqttpartitioned.spark.vector.MqttColumns} is the schema. A new column is a
 * vector here and a line there. A vector reads the block where it lies, and is valid until the next
 * batch of its reader.
 */
@Internal
@NullMarked
package io.github.mqttpartitioned.spark.vector;

import io.github.mqttpartitioned.Internal;
import org.jspecify.annotations.NullMarked;
