// SPDX-License-Identifier: Apache-2.0
/**
 * What the source keeps in the checkpoint of its query, and in which format: the identity of the
 * source in {@code source.<number>.json} and the assignment of its partitions in {@code
 * holders.<number>.json}. Each has a version. The file with the highest number counts.
 *
 * <p>{@link io.github.mqttpartitioned.spark.checkpoint.SourceCheckpoint} reads and writes the
 * files, on the driver alone.
 */
@Internal
@NullMarked
package io.github.mqttpartitioned.spark.checkpoint;

import io.github.mqttpartitioned.Internal;
import org.jspecify.annotations.NullMarked;
