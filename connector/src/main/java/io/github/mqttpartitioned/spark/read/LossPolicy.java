// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.read;

import java.io.Serializable;

/**
 * What a query does when no store holds the offsets of a range any more.
 *
 * @param fail whether a loss fails the query; otherwise the query counts it, logs a warning and
 *     continues
 * @param redelivered whether messages are acknowledged only when they are processed: then a lost
 *     store loses nothing, because the broker delivers again what the store held
 */
public record LossPolicy(boolean fail, boolean redelivered) implements Serializable {}
