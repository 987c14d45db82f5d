// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.stream;

import java.time.Duration;
import java.util.Arrays;
import java.util.function.LongSupplier;

/**
 * Tells, for {@code ackMode=processed}, when it is in vain to wait for more messages before a
 * batch: the broker sends no more than its window before something is acknowledged, and nothing is
 * before a batch is done. That window is {@code receiveMaximum}, or a smaller one of the broker's
 * own, which it tells nobody: so also once no message has come for {@value #QUIET_MILLIS} ms.
 *
 * <p>Confined to one thread.
 */
final class WindowExhaustion {

  static final long QUIET_MILLIS = 1_000;

  private static final long QUIET_NANOS = Duration.ofMillis(QUIET_MILLIS).toNanos();

  private final int receiveMaximum;
  private final LongSupplier nanoTime;
  private long stored = -1;
  private long changedNanos;

  /**
   * @param nanoTime a clock that only goes forward
   */
  WindowExhaustion(int receiveMaximum, LongSupplier nanoTime) {
    this.receiveMaximum = receiveMaximum;
    this.nanoTime = nanoTime;
  }

  /**
   * Whether there may be nothing to come before the next batch. To be asked often.
   *
   * @param from where the next batch begins
   * @param available where it could end
   */
  boolean isReached(SourceOffset from, SourceOffset available) {
    long now = nanoTime.getAsLong();
    long sum = Arrays.stream(available.toArray()).sum();
    if (sum != stored) {
      stored = sum;
      changedNanos = now;
    }
    for (int partition = 0; partition < available.partitions(); partition++) {
      if (available.get(partition) - from.get(partition) >= receiveMaximum) {
        return true;
      }
    }
    return now - changedNanos >= QUIET_NANOS;
  }
}
