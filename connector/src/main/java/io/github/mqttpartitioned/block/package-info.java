// SPDX-License-Identifier: Apache-2.0
/**
 * The block: the messages of one append, column by column. The same bytes lie on disk, travel
 * between executors and are read by Spark, so {@link io.github.mqttpartitioned.block.BlockFormat}
 * is the only place that knows the layout.
 */
@Internal
@NullMarked
package io.github.mqttpartitioned.block;

import io.github.mqttpartitioned.Internal;
import org.jspecify.annotations.NullMarked;
