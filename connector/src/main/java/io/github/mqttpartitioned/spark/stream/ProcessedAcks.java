// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.stream;

import io.github.mqttpartitioned.cluster.coordinator.Coordinator;
import io.github.mqttpartitioned.option.AckMode;
import io.github.mqttpartitioned.receiver.Progress;
import io.github.mqttpartitioned.spark.checkpoint.SourceCheckpoint;
import io.github.mqttpartitioned.spark.checkpoint.SourceIdentity;
import io.github.mqttpartitioned.spark.executor.SparkHost;

/**
 * Has members acknowledge what is processed, for {@code ackMode=processed}.
 *
 * <p>A batch is complete when Spark asks for the next one, or when its entry is in the commit log,
 * whichever is noticed first. Spark's own {@code commit} says so only once the next batch has data,
 * and with the broker's window full there is none. Trimming still waits for it: until then Spark
 * may ask for the batch again.
 *
 * <p>Thread-safe.
 */
final class ProcessedAcks implements AutoCloseable {

  private final SourceIdentity identity;
  private final SourceCheckpoint checkpoint;
  private final Coordinator coordinator;
  private final SourceOffset stored;
  private final CommitLogWatcher watch;
  private boolean kept;
  private SourceOffset processed;

  /**
   * @param identity as it stands in the checkpoint now
   * @param stored what had been stored when this run began
   */
  ProcessedAcks(
      ResolvedSource source,
      SourceIdentity identity,
      Coordinator coordinator,
      SourceOffset stored) {
    this.identity = identity;
    this.checkpoint = source.checkpoint();
    this.coordinator = coordinator;
    this.stored = stored;
    this.kept = identity.ackMode() == AckMode.PROCESSED;
    this.processed = SourceOffset.zero(stored.partitions());
    this.watch =
        CommitLogWatcher.start(
            checkpoint.ofQuery(), source.host().hadoop(), this::acknowledgeBefore);
  }

  /** A batch up to {@code end} is under way. */
  void planned(SourceOffset end) {
    SparkHost.currentBatch().ifPresent(batch -> watch.planned(batch, end));
  }

  /** Every batch up to {@code before} is complete, and no other one is under way. */
  void processed(SourceOffset before) {
    watch.idle();
    acknowledgeBefore(before);
  }

  private synchronized void acknowledgeBefore(SourceOffset before) {
    if (processed.covers(before)) {
      return;
    }
    processed = processed.max(before);
    SourceOffset below = processed;
    coordinator.progress(partition -> Progress.ofProcessed(below.get(partition)));
    if (!kept && processed.covers(stored)) {
      // What an earlier run had acknowledged when it was stored has been processed, too.
      checkpoint.write(identity.processing());
      kept = true;
    }
  }

  @Override
  public void close() {
    watch.close();
  }
}
