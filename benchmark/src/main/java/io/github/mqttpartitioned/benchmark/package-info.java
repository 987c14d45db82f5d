// SPDX-License-Identifier: Apache-2.0
/**
 * Measures the connector, and shows it at work.
 *
 * <ul>
 *   <li>{@link io.github.mqttpartitioned.benchmark.Main} runs the benchmarks: {@code e2e} with a
 *       scenario each in {@code ingest}, {@code broker}, {@code read}, {@code latency} and {@code
 *       scale}; {@code jmh} for single steps; {@code compare} and {@code plot} for their results.
 *   <li>{@code demo} is what {@code mvn -q -Pdemo} runs.
 * </ul>
 *
 * <p>Whoever measures also counts: a benchmark that lost a message fails, however fast it was.
 */
@NullMarked
package io.github.mqttpartitioned.benchmark;

import org.jspecify.annotations.NullMarked;
