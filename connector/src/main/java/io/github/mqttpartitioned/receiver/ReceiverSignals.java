// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.receiver;

/**
 * What other threads want of a receiver. It is also the monitor that the receiver thread sleeps on,
 * and is notified of everything that this thread may have to do, but for what falls due by itself.
 * Thread-safe.
 */
final class ReceiverSignals {

  private volatile boolean stopping;
  private volatile long processed;

  /** The receiver is to store and acknowledge what has arrived, and to disconnect. */
  synchronized void stop() {
    stopping = true;
    notifyAll();
  }

  boolean isStopping() {
    return stopping;
  }

  /** Spark is done with everything below {@code before}. A lower offset changes nothing. */
  synchronized void processed(long before) {
    if (before > processed) {
      processed = before;
      notifyAll();
    }
  }

  long processed() {
    return processed;
  }

  /** Something else has been wished for, where the receiver thread looks for it. */
  synchronized void wake() {
    notifyAll();
  }
}
