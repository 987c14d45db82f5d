/**
 * Measures the connector, and shows it at work.
 *
 * <ul>
 *   <li>{@link io.github.mqttpartitioned.benchmark.Main} runs the benchmarks: {@code e2e ingest}
 *       from a socket to a durable store, {@code e2e read} from a store to Spark, {@code jmh} the
 *       small ones in {@code micro}.
 *   <li>{@code demo} is what {@code mvn -q -Pdemo} runs.
 * </ul>
 *
 * <p>Whoever measures also counts: a benchmark that lost a message fails, however fast it was.
 */
@NullMarked
package io.github.mqttpartitioned.benchmark;

import org.jspecify.annotations.NullMarked;
