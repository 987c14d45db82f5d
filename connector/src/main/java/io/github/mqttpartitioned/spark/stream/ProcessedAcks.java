// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.stream;

import io.github.mqttpartitioned.option.settings.AckMode;
import io.github.mqttpartitioned.spark.checkpoint.SourceCheckpoint;
import io.github.mqttpartitioned.spark.checkpoint.SourceIdentity;
import io.github.mqttpartitioned.spark.stream.plan.SourceOffset;
import java.util.OptionalLong;
import java.util.function.Supplier;

/**
 * Has the members acknowledge what is processed, for {@code ackMode=processed}.
 *
 * <p>A batch is complete when Spark asks for the next one, or when its entry is in Spark's commit
 * log; the first of the two counts. Spark's own {@code commit} comes only when the next batch has
 * data, and there is none while the broker's window is full. Trimming still waits for it: until
 * then Spark may ask for the batch again.
 *
 * <p>Thread-safe.
 */
final class ProcessedAcks implements AutoCloseable {

  private final SourceIdentity identity;
  private final SourceCheckpoint checkpoint;
  private final SourcePartitions partitions;
  private final Supplier<OptionalLong> currentBatch;
  private final SourceOffset stored;
  private final CommitLogWatcher watcher;

  // Guarded by this.
  private boolean kept;
  private boolean closed;
  private SourceOffset processed;

  /**
   * Begins to watch the commit log.
   *
   * @param identity as it is in the checkpoint now
   * @param stored the offsets up to which messages had been stored when this run began
   */
  ProcessedAcks(
      ResolvedSource source,
      SourceIdentity identity,
      SourcePartitions partitions,
      SourceOffset stored) {
    this.identity = identity;
    this.checkpoint = source.checkpoint();
    this.partitions = partitions;
    this.currentBatch = source.host().currentBatch();
    this.stored = stored;
    this.kept = identity.ackMode() == AckMode.PROCESSED;
    this.processed = SourceOffset.zero(stored.partitions());
    this.watcher = CommitLogWatcher.start(checkpoint::isCommitted, this::acknowledgeBefore);
  }

  /** Takes note that a batch up to {@code end} runs. */
  void planned(SourceOffset end) {
    currentBatch.get().ifPresent(batch -> watcher.planned(batch, end));
  }

  /** Takes note that every batch up to {@code before} is complete, and that no other one runs. */
  void processed(SourceOffset before) {
    watcher.idle();
    acknowledgeBefore(before);
  }

  private synchronized void acknowledgeBefore(SourceOffset before) {
    if (closed || processed.covers(before)) {
      return;
    }
    SourceOffset now = processed.max(before);
    partitions.processed(now);
    if (!kept && now.covers(stored)) {
      // What an earlier run acknowledged when it was stored is processed now, too.
      checkpoint.write(identity.processing());
      kept = true;
    }
    // Last: if something has failed, the next call does all of it again.
    processed = now;
  }

  /** Acknowledges what is complete by now, and nothing afterwards. */
  @Override
  public void close() {
    watcher.close();
    synchronized (this) {
      closed = true;
    }
  }
}
