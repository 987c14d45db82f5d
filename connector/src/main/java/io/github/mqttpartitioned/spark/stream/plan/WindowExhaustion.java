// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.stream.plan;

import java.time.Duration;
import java.util.Arrays;
import java.util.function.LongSupplier;

/**
 * Recognises, for {@code ackMode=processed}, that waiting for more messages is useless. The broker
 * sends no more than its window before it gets acknowledgements, and it gets them only when a batch
 * is complete. The window is {@code receiveMaximum} (MQTT 5, section 4.9), or a smaller one that
 * the broker does not tell. So the window also counts as used up when no message has come for
 * {@value #QUIET_MILLIS} ms.
 *
 * <p>Confined to one thread.
 */
final class WindowExhaustion {

  static final long QUIET_MILLIS = 1_000;

  private static final long QUIET_NANOS = Duration.ofMillis(QUIET_MILLIS).toNanos();

  private final int receiveMaximum;
  private final LongSupplier nanoTime;

  /** The number of messages stored, when it was asked last. */
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
   * Whether no message may come before the next batch. It must be asked often, because it notices
   * changes when it is asked.
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
