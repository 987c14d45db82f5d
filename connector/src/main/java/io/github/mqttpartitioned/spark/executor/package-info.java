// SPDX-License-Identifier: Apache-2.0
/**
 * How the connector runs inside of a Spark application: it starts nodes in the executors, and takes
 * Spark's network settings and RPC. Every use of Spark's private API is here, but for what differs
 * between versions of Spark: that is in {@link io.github.mqttpartitioned.spark.compat}.
 */
@Internal
@NullMarked
package io.github.mqttpartitioned.spark.executor;

import io.github.mqttpartitioned.Internal;
import org.jspecify.annotations.NullMarked;
