// SPDX-License-Identifier: Apache-2.0
/** How a task reads: it takes the blocks of one partition, local or remote, as columnar batches. */
@Internal
@NullMarked
package io.github.mqttpartitioned.spark.read;

import io.github.mqttpartitioned.Internal;
import org.jspecify.annotations.NullMarked;
