// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.examples.demo;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.util.ShutdownHookManager;

/**
 * Lets the demo end in order when it is interrupted: Ctrl-C and SIGTERM only ask the main thread to
 * end, and the JVM's shutdown waits until it has. Thread-safe.
 */
final class Interrupt {

  /** Before Spark's own hooks, which would take the session away. */
  private static final int FIRST = 1000;

  private static final Duration LIMIT = Duration.ofMinutes(10);

  private final CountDownLatch asked = new CountDownLatch(1);
  private final CountDownLatch ended = new CountDownLatch(1);
  private volatile int exitCode = 1;

  private Interrupt() {}

  static Interrupt install() {
    Interrupt interrupt = new Interrupt();
    ShutdownHookManager.get()
        .addShutdownHook(interrupt::shutDown, FIRST, 2 * LIMIT.toSeconds(), TimeUnit.SECONDS);
    return interrupt;
  }

  /**
   * Waits until the end is asked for.
   *
   * @return whether it was, within the limit
   */
  boolean await(Duration limit) throws InterruptedException {
    return asked.await(limit.toNanos(), TimeUnit.NANOSECONDS);
  }

  boolean isAsked() {
    return asked.getCount() == 0;
  }

  /** Ends the JVM; the last thing that the main thread does. */
  void exit(int code) {
    exitCode = code;
    ended.countDown();
    // Does not return when a shutdown is under way already: that one then ends the JVM.
    System.exit(code);
  }

  private void shutDown() {
    asked.countDown();
    try {
      ended.await(LIMIT.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    // Not the signal's code: an end that was asked for is no failure.
    Runtime.getRuntime().halt(exitCode);
  }
}
