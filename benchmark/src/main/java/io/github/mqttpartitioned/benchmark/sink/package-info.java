// SPDX-License-Identifier: Apache-2.0
/** Rows per second from Spark to a broker that confirms them. */
@NullMarked
package io.github.mqttpartitioned.benchmark.sink;

import org.jspecify.annotations.NullMarked;
