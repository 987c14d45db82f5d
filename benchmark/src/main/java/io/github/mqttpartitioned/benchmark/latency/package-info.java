// SPDX-License-Identifier: Apache-2.0
/** How long a message takes from its publisher to a sink. */
@NullMarked
package io.github.mqttpartitioned.benchmark.latency;

import org.jspecify.annotations.NullMarked;
