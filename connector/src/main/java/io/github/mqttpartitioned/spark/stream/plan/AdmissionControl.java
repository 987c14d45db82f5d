// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.stream.plan;

import java.util.Arrays;
import java.util.function.IntToDoubleFunction;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Decides how many messages a micro-batch takes. As in Spark's Kafka source, a minimum holds
 * batches back until the maximum delay is over since the last one was let through, the first batch
 * of a run is not held back, and a maximum is divided in proportion to the backlogs. Unlike there,
 * the maximum is never exceeded.
 *
 * <p>Confined to one thread.
 */
final class AdmissionControl {

  private final LongSupplier nanoTime;
  private final FairShare offsetShare = new FairShare();
  private final FairShare byteShare = new FairShare();
  private @Nullable Long lastNanos;

  /**
   * @param nanoTime a clock that only goes forward
   */
  AdmissionControl(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /**
   * Where the next batch ends.
   *
   * @param from where it begins
   * @param latest where it would end without limits, at least {@code from} in each partition
   * @param bytesPerMessage estimate of what a message of a partition takes in its store
   * @return between {@code from} and {@code latest}; {@code from} if there is no batch now
   */
  long[] until(
      long[] from, long[] latest, AdmissionLimits limits, IntToDoubleFunction bytesPerMessage) {
    long[] counts = new long[from.length];
    Arrays.setAll(counts, partition -> latest[partition] - from[partition]);
    if (limits.minOffsets().isPresent() && isHeldBack(Arrays.stream(counts).sum(), limits)) {
      return from.clone();
    }
    if (limits.maxOffsets().isPresent()) {
      double[] ones = new double[counts.length];
      Arrays.fill(ones, 1);
      counts = offsetShare.divide((double) limits.maxOffsets().getAsLong(), counts, ones);
    }
    if (limits.maxBytes().isPresent()) {
      double[] costs = new double[counts.length];
      Arrays.setAll(costs, partition -> Math.max(1, bytesPerMessage.applyAsDouble(partition)));
      counts = byteShare.divide((double) limits.maxBytes().getAsLong(), counts, costs);
    }
    long[] until = from.clone();
    for (int partition = 0; partition < until.length; partition++) {
      until[partition] += counts[partition];
    }
    return until;
  }

  private boolean isHeldBack(long available, AdmissionLimits limits) {
    long now = nanoTime.getAsLong();
    boolean due = lastNanos == null || now - lastNanos >= limits.maxDelay().toNanos();
    if (!due && available < limits.minOffsets().getAsLong()) {
      return true;
    }
    lastNanos = now;
    return false;
  }
}
