// SPDX-License-Identifier: Apache-2.0
/**
 * The micro-batch stream on the driver: what a batch holds, what is lost, what may be trimmed and
 * acknowledged.
 */
@Internal
@NullMarked
package io.github.mqttpartitioned.spark.stream;

import io.github.mqttpartitioned.Internal;
import org.jspecify.annotations.NullMarked;
