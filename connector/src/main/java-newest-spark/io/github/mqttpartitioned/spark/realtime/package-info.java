// SPDX-License-Identifier: Apache-2.0
/**
 * {@code Trigger.RealTime}, which Spark has since 4.1: the source as Spark's interfaces of that
 * version ask for it. The batches of a real-time query are in {@code spark.stream}, the readers of
 * its tasks in {@code spark.read}.
 *
 * <p>No class of an earlier Spark refers to this package: it is loaded by name.
 */
@Internal
@NullMarked
package io.github.mqttpartitioned.spark.realtime;

import io.github.mqttpartitioned.Internal;
import org.jspecify.annotations.NullMarked;
