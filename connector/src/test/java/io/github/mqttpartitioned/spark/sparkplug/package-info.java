// SPDX-License-Identifier: Apache-2.0
/** Tests of Sparkplug B in Spark. */
@NullMarked
package io.github.mqttpartitioned.spark.sparkplug;

import org.jspecify.annotations.NullMarked;
