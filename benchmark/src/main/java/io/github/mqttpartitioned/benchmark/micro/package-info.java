// SPDX-License-Identifier: Apache-2.0
/** Small benchmarks for JMH: single steps of a message's way. */
@NullMarked
package io.github.mqttpartitioned.benchmark.micro;

import org.jspecify.annotations.NullMarked;
