// SPDX-License-Identifier: Apache-2.0
/** Nodes in Spark's executors. This package holds every use of Spark's private API. */
@Internal
@NullMarked
package io.github.mqttpartitioned.spark.executor;

import io.github.mqttpartitioned.Internal;
import org.jspecify.annotations.NullMarked;
