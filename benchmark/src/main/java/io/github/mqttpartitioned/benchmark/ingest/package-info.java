// SPDX-License-Identifier: Apache-2.0
/**
 * From a socket to a durable store: how fast one member takes messages over, beside a stock Paho
 * client and a bare reader that does next to nothing.
 */
@NullMarked
package io.github.mqttpartitioned.benchmark.ingest;

import org.jspecify.annotations.NullMarked;
