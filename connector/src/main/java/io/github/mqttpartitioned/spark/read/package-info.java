// SPDX-License-Identifier: Apache-2.0
/** What a task reads: the blocks of one partition, local or remote, as columnar batches. */
@NullMarked
package io.github.mqttpartitioned.spark.read;

import org.jspecify.annotations.NullMarked;
