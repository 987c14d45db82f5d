// SPDX-License-Identifier: Apache-2.0
/**
 * Measures the connector: {@link io.github.mqttpartitioned.benchmark.Main} runs the benchmarks,
 * {@code e2e} with a scenario each in {@code ingest}, {@code broker}, {@code stream}, {@code read},
 * {@code cold}, {@code latency}, {@code scale} and {@code sink}; {@code jmh} for single steps;
 * {@code compare} and {@code plot} for their results.
 *
 * <p>A benchmark counts, too: one that lost a message fails, however fast it was.
 */
@NullMarked
package io.github.mqttpartitioned.benchmark;

import org.jspecify.annotations.NullMarked;
