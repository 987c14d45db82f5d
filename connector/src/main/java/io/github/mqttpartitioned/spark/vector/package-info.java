// SPDX-License-Identifier: Apache-2.0
/** The columns of a row: their schema, and Spark's vectors over the bytes of a block. */
@NullMarked
package io.github.mqttpartitioned.spark.vector;

import org.jspecify.annotations.NullMarked;
