// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.stream;

import java.io.IOException;
import java.util.function.Consumer;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out that a batch is complete before Spark says so: by its entry in the query's commit log,
 * the file {@code commits/<batch>} of the checkpoint. Between two triggers Spark does not call, and
 * what is acknowledged meanwhile lets the broker send the next window.
 *
 * <p>Nothing depends on it but time: Spark's next call tells the same. Thread-safe; looks from a
 * thread of its own, and only while a batch is under way.
 */
final class CommitLogWatcher implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(CommitLogWatcher.class);

  private static final long FIRST_PAUSE_MILLIS = 10;
  private static final long LONGEST_PAUSE_MILLIS = 500;

  private final Path commits;
  private final Configuration hadoop;
  private final Consumer<SourceOffset> completed;
  private @Nullable Planned pending;
  private boolean closed;

  private record Planned(long batch, SourceOffset end) {}

  private CommitLogWatcher(Path commits, Configuration hadoop, Consumer<SourceOffset> completed) {
    this.commits = commits;
    this.hadoop = hadoop;
    this.completed = completed;
  }

  /**
   * Begins to watch.
   *
   * @param checkpoint the query's, which holds the commit log
   * @param completed told where a batch ended once it is complete
   */
  static CommitLogWatcher start(
      Path checkpoint, Configuration hadoop, Consumer<SourceOffset> completed) {
    CommitLogWatcher watch =
        new CommitLogWatcher(new Path(checkpoint, "commits"), hadoop, completed);
    Thread thread = new Thread(watch::run, "mqtt-batch-watch");
    thread.setDaemon(true);
    thread.start();
    return watch;
  }

  /** A batch is under way, and all before it are complete. */
  synchronized void planned(long batch, SourceOffset end) {
    pending = new Planned(batch, end);
    notifyAll();
  }

  /** No batch is under way. */
  synchronized void idle() {
    pending = null;
  }

  private void run() {
    long pause = FIRST_PAUSE_MILLIS;
    try {
      while (true) {
        Planned batch = await();
        if (batch == null) {
          return;
        }
        if (look(batch)) {
          pause = FIRST_PAUSE_MILLIS;
        } else {
          Thread.sleep(pause);
          pause = Math.min(2 * pause, LONGEST_PAUSE_MILLIS);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized @Nullable Planned await() throws InterruptedException {
    while (!closed && pending == null) {
      wait();
    }
    return closed ? null : pending;
  }

  private boolean look(Planned batch) {
    try {
      Path entry = new Path(commits, Long.toString(batch.batch));
      if (!entry.getFileSystem(hadoop).exists(entry)) {
        return false;
      }
      completed.accept(batch.end);
    } catch (IOException | RuntimeException e) {
      LOG.debug("Cannot see whether batch {} is complete", batch.batch, e);
      return false;
    }
    synchronized (this) {
      if (batch.equals(pending)) {
        pending = null;
      }
    }
    return true;
  }

  /** Looks a last time, at a batch that may have been completed since. */
  @Override
  public void close() {
    Planned last;
    synchronized (this) {
      last = pending;
      pending = null;
      closed = true;
      notifyAll();
    }
    if (last != null) {
      look(last);
    }
  }
}
