// SPDX-License-Identifier: Apache-2.0
/** From a stored backlog to Spark: how many rows per second a query gets. */
@NullMarked
package io.github.mqttpartitioned.benchmark.read;

import org.jspecify.annotations.NullMarked;
