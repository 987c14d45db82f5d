// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.receiver;

import java.util.concurrent.CompletableFuture;

/**
 * What other threads ask of a receiver. It is also the monitor that the receiver thread sleeps on:
 * it is notified of everything that this thread may have to do, except what becomes due by time.
 * Thread-safe.
 */
final class ReceiverSignals {

  private volatile boolean stopping;
  private volatile boolean queryStops;
  private volatile Progress progress = Progress.NONE;

  /** Asks the receiver to store and acknowledge what has arrived, and to disconnect. */
  synchronized void stop() {
    stopping = true;
    notifyAll();
  }

  /** As {@link #stop}, because the query stops: no other node takes the partition. */
  synchronized void stopWithQuery() {
    queryStops = true;
    stop();
  }

  boolean isQueryStopping() {
    return queryStops;
  }

  boolean isStopping() {
    return stopping;
  }

  /**
   * Waits for an answer.
   *
   * @return false if the receiver is to stop; the answer is cancelled then
   */
  boolean await(CompletableFuture<?> answer) throws InterruptedException {
    CompletableFuture<?> unused = answer.whenComplete((result, failure) -> wake());
    synchronized (this) {
      while (!answer.isDone() && !stopping) {
        wait();
      }
    }
    return !answer.cancel(true);
  }

  private synchronized void wake() {
    notifyAll();
  }

  /** Spark has come so far. Lower offsets change nothing. */
  synchronized void progress(Progress more) {
    Progress merged = progress.max(more);
    if (!merged.equals(progress)) {
      progress = merged;
      notifyAll();
    }
  }

  /** Has the receiver thread look anew at what it has to do. */
  synchronized void look() {
    notifyAll();
  }

  Progress progress() {
    return progress;
  }
}
