// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.read;

import java.io.Serializable;

/**
 * What a query does about offsets that no store holds any more.
 *
 * @param fail whether a loss fails the query; else it is counted, and passed over with a warning
 * @param redelivered whether whatever has not been processed has not been acknowledged either: with
 *     a store nothing is lost then, for the broker delivers again what it held
 */
public record LossPolicy(boolean fail, boolean redelivered) implements Serializable {}
