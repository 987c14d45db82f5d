// SPDX-License-Identifier: Apache-2.0
/** On a real broker: what reaches a sink, and how that compares with what the broker can send. */
@NullMarked
package io.github.mqttpartitioned.benchmark.broker;

import org.jspecify.annotations.NullMarked;
