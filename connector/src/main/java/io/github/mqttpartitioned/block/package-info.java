// SPDX-License-Identifier: Apache-2.0
/**
 * The block: the messages of one append, column by column. The same bytes are on disk, go from one
 * executor to another, and are what Spark reads. {@link
 * io.github.mqttpartitioned.block.BlockFormat} is the only place that defines the layout.
 */
@Internal
@NullMarked
package io.github.mqttpartitioned.block;

import io.github.mqttpartitioned.Internal;
import org.jspecify.annotations.NullMarked;
