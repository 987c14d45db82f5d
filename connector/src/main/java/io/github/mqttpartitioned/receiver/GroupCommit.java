// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.receiver;

import io.github.mqttpartitioned.receiver.PartitionStatus.Counts;
import io.github.mqttpartitioned.receiver.inbound.Batch;
import io.github.mqttpartitioned.store.PartitionStore;
import io.github.mqttpartitioned.store.StoreWriter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Makes durable what has gathered since the last time: batches, QoS 2 ids, dead letters, and what
 * may be trimmed. All of it goes into one write transaction, and so costs one fsync. A dead letter
 * gets its file before that, if there is a directory for them.
 *
 * <p>Confined to the receiver thread, except {@link #counts} and {@link #hasTrim}.
 */
final class GroupCommit {

  private final PartitionStore store;
  private final CommitTimes times;
  private final ReceiverSignals signals;
  private final @Nullable DeadLetterFiles files;
  private volatile long trimDone;
  private volatile Counts counts = Counts.NONE;

  /**
   * @param signals say what may be trimmed
   * @param files for the dead letters; null for none
   */
  GroupCommit(
      PartitionStore store,
      CommitTimes times,
      ReceiverSignals signals,
      @Nullable DeadLetterFiles files) {
    this.store = store;
    this.times = times;
    this.signals = signals;
    this.files = files;
  }

  /**
   * Looks whether everything can be written that will have to be.
   *
   * @throws MemberException when the directory for dead letters cannot be used
   */
  void requireWritable() {
    if (files != null) {
      files.requireWritable();
    }
  }

  Counts counts() {
    return counts;
  }

  void count(Counts more) {
    counts = counts.plus(more);
  }

  /** Whether there is something to trim. */
  boolean hasTrim() {
    return signals.progress().trimBelow() > trimDone;
  }

  /**
   * Appends the batches and trims a piece, durably; does nothing when there is nothing to change.
   *
   * @return whether a message was stored
   * @throws io.github.mqttpartitioned.store.StoreException when nothing of it was stored
   */
  boolean commit(List<Batch> batches) {
    boolean append = batches.stream().anyMatch(Batch::changesStore);
    long trimBefore = signals.progress().trimBelow();
    boolean trim = trimBefore > trimDone;
    long trimmed = 0;
    if (append || trim) {
      long began = System.nanoTime();
      try (StoreWriter writer = store.write()) {
        for (Batch batch : batches) {
          append(batch, writer);
        }
        if (trim) {
          trimmed = writer.trim(trimBefore);
        }
        writer.commit();
      }
      if (append) {
        times.appended(System.nanoTime() - began);
      }
      if (trim && trimmed == 0) {
        trimDone = trimBefore;
      }
    }
    count(batches, trimmed);
    return append;
  }

  private void append(Batch batch, StoreWriter writer) {
    if (!batch.block().isEmpty()) {
      writer.append(batch.block());
    }
    writer.apply(batch.inFlight());
    for (Batch.MalformedPublish message : batch.deadLetters()) {
      long number = writer.addDeadLetter(message.body(), message.reason());
      if (files != null) {
        files.write(message, number);
      }
    }
  }

  private void count(List<Batch> batches, long trimmed) {
    long bytes = 0;
    long stored = 0;
    long duplicates = 0;
    long deadLetters = 0;
    long breaches = 0;
    for (Batch batch : batches) {
      bytes += batch.receivedBytes();
      stored += batch.block().count();
      duplicates += batch.duplicates();
      deadLetters += batch.deadLetters().size();
      breaches += batch.breaches();
    }
    count(
        new Counts(
            stored + duplicates + deadLetters,
            bytes,
            stored,
            duplicates,
            0,
            trimmed,
            0,
            deadLetters,
            0,
            breaches));
  }
}
