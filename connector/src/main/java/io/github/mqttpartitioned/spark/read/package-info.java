// SPDX-License-Identifier: Apache-2.0
/** What a task reads: the blocks of one partition, local or remote, as columnar batches. */
@Internal
@NullMarked
package io.github.mqttpartitioned.spark.read;

import io.github.mqttpartitioned.Internal;
import org.jspecify.annotations.NullMarked;
