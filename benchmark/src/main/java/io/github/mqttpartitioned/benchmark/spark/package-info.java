// SPDX-License-Identifier: Apache-2.0
/** Spark as the scenarios run it, and what they ask of its listeners. */
@NullMarked
package io.github.mqttpartitioned.benchmark.spark;

import org.jspecify.annotations.NullMarked;
