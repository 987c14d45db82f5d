// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.stream;

import io.github.mqttpartitioned.spark.stream.plan.SourceOffset;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Keeps what Spark has committed for a while before it may be trimmed. A run begins with nothing
 * committed: for what an earlier run has committed, the time begins when this run learns of it.
 *
 * <p>Commits that come close after one another are kept as one step, until the last of them may go.
 * At most {@value #STEPS} steps and one are kept, and each goes late by at most one part in {@value
 * #STEPS} of the retention.
 *
 * <p>Confined to one thread.
 */
final class Retention {

  private static final int STEPS = 100;

  private final long nanos;
  private final LongSupplier nanoTime;
  private final ArrayDeque<Step> steps = new ArrayDeque<>();

  /**
   * @param nanoTime a clock that only goes forward
   */
  Retention(Duration retention, LongSupplier nanoTime) {
    this.nanos = retention.toNanos();
    this.nanoTime = nanoTime;
  }

  /** Takes note that Spark does not need anything before {@code end} any more. */
  void committed(SourceOffset end) {
    long now = nanoTime.getAsLong();
    Step last = steps.peekLast();
    if (last != null && now - last.firstNanos < nanos / STEPS) {
      steps.removeLast();
      steps.addLast(new Step(last.firstNanos, now, end));
    } else {
      steps.addLast(new Step(now, now, end));
    }
  }

  /** What may be trimmed now and was not given before. */
  Optional<SourceOffset> expired() {
    Step newest = null;
    for (Step step = steps.peekFirst();
        step != null && nanoTime.getAsLong() - step.lastNanos >= nanos;
        step = steps.peekFirst()) {
      newest = steps.removeFirst();
    }
    return Optional.ofNullable(newest).map(Step::end);
  }

  private record Step(long firstNanos, long lastNanos, SourceOffset end) {}
}
