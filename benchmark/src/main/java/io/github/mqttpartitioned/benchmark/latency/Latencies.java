// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.benchmark.latency;

import java.nio.ByteBuffer;
import java.util.Locale;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.SynchronizedHistogram;

/**
 * How long messages were on their way. A payload begins with the time at which its message was due,
 * of {@link System#nanoTime} in this JVM. Thread-safe.
 */
final class Latencies {

  /** Where sinks note what has reached them: Spark serializes them into tasks of this JVM. */
  static final Latencies OF_THIS_JVM = new Latencies();

  private static final long HIGHEST_MICROS = 600_000_000;
  private static final long NANOS_PER_MICRO = 1_000;
  private static final double MICROS_PER_MILLI = 1e3;

  /** Messages that were due before it are those of a warm-up. */
  private volatile long begun = System.nanoTime();

  private final Histogram micros = new SynchronizedHistogram(HIGHEST_MICROS, 3);

  /** In milliseconds. */
  record Summary(double p50, double p95, double p99, double most) {
    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "p50 %7.1f ms, p95 %7.1f ms, p99 %7.1f ms, max %7.1f ms",
          p50,
          p95,
          p99,
          most);
    }
  }

  static byte[] stamp(byte[] payload, long dueNanos) {
    ByteBuffer.wrap(payload).putLong(dueNanos);
    return payload;
  }

  /** Notes that a message has reached its end, unless it was due before the last reset. */
  void arrived(byte[] payload, long nowNanos) {
    long due = ByteBuffer.wrap(payload).getLong();
    if (due - begun < 0) {
      return;
    }
    long late = nowNanos - due;
    micros.recordValue(Math.min(HIGHEST_MICROS, Math.max(0, late) / NANOS_PER_MICRO));
  }

  long count() {
    return micros.getTotalCount();
  }

  void reset() {
    begun = System.nanoTime();
    micros.reset();
  }

  Summary summary() {
    return new Summary(
        micros.getValueAtPercentile(50) / MICROS_PER_MILLI,
        micros.getValueAtPercentile(95) / MICROS_PER_MILLI,
        micros.getValueAtPercentile(99) / MICROS_PER_MILLI,
        micros.getMaxValue() / MICROS_PER_MILLI);
  }
}
