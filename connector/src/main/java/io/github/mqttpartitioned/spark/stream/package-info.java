// SPDX-License-Identifier: Apache-2.0
/**
 * The micro-batch stream on the driver: what a batch holds, what is lost, what may be trimmed and
 * acknowledged.
 */
@NullMarked
package io.github.mqttpartitioned.spark.stream;

import org.jspecify.annotations.NullMarked;
