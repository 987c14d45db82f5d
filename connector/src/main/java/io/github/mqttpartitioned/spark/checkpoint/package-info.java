// SPDX-License-Identifier: Apache-2.0
/** What the source keeps in the checkpoint of its query, and in which format. */
@Internal
@NullMarked
package io.github.mqttpartitioned.spark.checkpoint;

import io.github.mqttpartitioned.Internal;
import org.jspecify.annotations.NullMarked;
