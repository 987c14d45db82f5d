// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.testkit;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Waits for a condition, with a deadline: it is looked at every few milliseconds, at least once
 * after the deadline too, in the calling thread.
 */
public final class Await {

  private static final long POLL_NANOS = 5_000_000;

  private Await() {}

  /**
   * Waits until {@code condition} holds.
   *
   * @param what the condition in words, as the end of "waited … for"
   * @throws AssertionError when the deadline has passed; it carries {@code what}
   */
  public static void until(String what, Duration deadline, BooleanSupplier condition) {
    value(what, deadline, condition::getAsBoolean, holds -> holds);
  }

  /**
   * Waits until {@code condition} holds for what {@code value} gives, and returns that value.
   *
   * @param what the condition in words, as the end of "waited … for"
   * @throws AssertionError when the deadline has passed; it carries {@code what} and the last value
   */
  public static <T> T value(
      String what, Duration deadline, Supplier<T> value, Predicate<T> condition) {
    long end = System.nanoTime() + deadline.toNanos();
    while (true) {
      boolean last = System.nanoTime() - end >= 0;
      T now = value.get();
      if (condition.test(now)) {
        return now;
      }
      if (last || Thread.currentThread().isInterrupted()) {
        throw new AssertionError(
            "%s %s for %s; last value: %s"
                .formatted(last ? "Waited" : "Interrupted waiting", deadline, what, now));
      }
      LockSupport.parkNanos(POLL_NANOS);
    }
  }
}
