// SPDX-License-Identifier: Apache-2.0
/** The columns of a row: their schema, and Spark's vectors over the bytes of a block. */
@Internal
@NullMarked
package io.github.mqttpartitioned.spark.vector;

import io.github.mqttpartitioned.Internal;
import org.jspecify.annotations.NullMarked;
