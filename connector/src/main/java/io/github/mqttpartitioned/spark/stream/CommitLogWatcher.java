// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.stream;

import io.github.mqttpartitioned.spark.stream.plan.SourceOffset;
import java.util.function.Consumer;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices that a batch is complete before Spark says so, by the entry in the query's commit log.
 * Spark does not call the source between two triggers. What is acknowledged in the meantime lets
 * the broker send the next window.
 *
 * <p>It saves time and nothing else: Spark's next call tells the same. It looks on a thread of its
 * own, and only while a batch runs.
 *
 * <p>Thread-safe.
 */
final class CommitLogWatcher implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(CommitLogWatcher.class);

  private static final long FIRST_PAUSE_MILLIS = 10;
  private static final long LONGEST_PAUSE_MILLIS = 500;

  private final LongPredicate isCommitted;
  private final Consumer<SourceOffset> completed;

  // Guarded by this.
  private @Nullable RunningBatch running;
  private boolean closed;

  private record RunningBatch(long batch, SourceOffset end) {}

  private CommitLogWatcher(LongPredicate isCommitted, Consumer<SourceOffset> completed) {
    this.isCommitted = isCommitted;
    this.completed = completed;
  }

  /**
   * Starts the thread.
   *
   * @param isCommitted whether the commit log has the entry of a batch
   * @param completed told where a batch ends when it is complete; it may throw, then it is told
   *     again
   */
  static CommitLogWatcher start(LongPredicate isCommitted, Consumer<SourceOffset> completed) {
    CommitLogWatcher watcher = new CommitLogWatcher(isCommitted, completed);
    Thread thread = new Thread(watcher::run, "mqtt-commit-log-watcher");
    thread.setDaemon(true);
    thread.start();
    return watcher;
  }

  /** Takes note that a batch runs, and that all batches before it are complete. */
  synchronized void planned(long batch, SourceOffset end) {
    running = new RunningBatch(batch, end);
    notifyAll();
  }

  /** Takes note that no batch runs. */
  synchronized void idle() {
    running = null;
  }

  private void run() {
    long pause = FIRST_PAUSE_MILLIS;
    try {
      while (true) {
        RunningBatch batch = await();
        if (batch == null) {
          return;
        }
        if (look(batch)) {
          pause = FIRST_PAUSE_MILLIS;
        } else {
          // The log is a folder of Spark's: nothing notifies of a new entry.
          Thread.sleep(pause);
          pause = Math.min(2 * pause, LONGEST_PAUSE_MILLIS);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized @Nullable RunningBatch await() throws InterruptedException {
    while (!closed && running == null) {
      wait();
    }
    return closed ? null : running;
  }

  /** Whether the batch needs no other look. */
  private boolean look(RunningBatch batch) {
    try {
      if (!isCommitted.test(batch.batch)) {
        return false;
      }
      completed.accept(batch.end);
    } catch (RuntimeException e) {
      LOG.debug("The source cannot tell yet whether batch {} is complete", batch.batch, e);
      return false;
    }
    synchronized (this) {
      if (batch.equals(running)) {
        running = null;
      }
    }
    return true;
  }

  /** Looks once more, because the batch may have been completed since the last look. */
  @Override
  public void close() {
    RunningBatch last;
    synchronized (this) {
      last = running;
      running = null;
      closed = true;
      notifyAll();
    }
    if (last != null) {
      look(last);
    }
  }
}
