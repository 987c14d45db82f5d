// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.receiver;

/**
 * What other threads want of a receiver. It is also the monitor that the receiver thread sleeps on,
 * and is notified of everything that this thread may have to do, but for what falls due by itself.
 * Thread-safe.
 */
final class ReceiverSignals {

  private volatile boolean stopping;
  private volatile Progress progress = Progress.NONE;

  /** The receiver is to store and acknowledge what has arrived, and to disconnect. */
  synchronized void stop() {
    stopping = true;
    notifyAll();
  }

  boolean isStopping() {
    return stopping;
  }

  /** Spark has come so far. Lower offsets change nothing. */
  synchronized void progress(Progress more) {
    Progress merged = progress.max(more);
    if (!merged.equals(progress)) {
      progress = merged;
      notifyAll();
    }
  }

  Progress progress() {
    return progress;
  }
}
