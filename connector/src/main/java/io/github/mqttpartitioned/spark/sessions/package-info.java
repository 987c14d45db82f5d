// SPDX-License-Identifier: Apache-2.0
/** What a query leaves behind when its checkpoint is given up, and how to end it. */
@Internal
@NullMarked
package io.github.mqttpartitioned.spark.sessions;

import io.github.mqttpartitioned.Internal;
import org.jspecify.annotations.NullMarked;
