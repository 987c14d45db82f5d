// SPDX-License-Identifier: Apache-2.0
/** Messages per second that members store durably while Spark reads them. */
@NullMarked
package io.github.mqttpartitioned.benchmark.stream;

import org.jspecify.annotations.NullMarked;
