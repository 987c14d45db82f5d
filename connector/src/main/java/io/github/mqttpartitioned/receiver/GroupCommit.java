// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.receiver;

import io.github.mqttpartitioned.receiver.PartitionStatus.Counts;
import io.github.mqttpartitioned.store.PartitionStore;
import io.github.mqttpartitioned.store.StoreWriter;
import java.util.List;

/**
 * Makes durable what has gathered since the last time: batches, QoS 2 ids, messages set aside, and
 * what there is to trim, all in one write transaction and so for the price of one fsync.
 *
 * <p>Confined to the receiver thread, but for {@link #counts}, {@link #requestTrim} and {@link
 * #hasTrim}.
 */
final class GroupCommit {

  private final PartitionStore store;
  private final CommitTimes times;
  private volatile long trimWanted;
  private volatile long trimDone;
  private volatile Counts counts = Counts.NONE;

  GroupCommit(PartitionStore store, CommitTimes times) {
    this.store = store;
    this.times = times;
  }

  Counts counts() {
    return counts;
  }

  void count(Counts more) {
    counts = counts.plus(more);
  }

  /** Allows blocks wholly below {@code before} to go. An older wish changes nothing. */
  synchronized void requestTrim(long before) {
    trimWanted = Math.max(trimWanted, before);
  }

  /** Whether there is something to trim. */
  boolean hasTrim() {
    return trimWanted > trimDone;
  }

  /**
   * Appends the batches and trims a piece, durably; does nothing when there is nothing to change.
   *
   * @return whether a message was stored
   * @throws io.github.mqttpartitioned.store.StoreException when nothing of it was stored
   */
  boolean commit(List<Batch> batches) {
    boolean append = batches.stream().anyMatch(Batch::changesStore);
    long trimBefore = trimWanted;
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

  private static void append(Batch batch, StoreWriter writer) {
    if (!batch.block().isEmpty()) {
      writer.append(batch.block());
    }
    writer.apply(batch.inFlight());
    for (Batch.SetAside message : batch.setAside()) {
      writer.setAside(message.packet(), message.reason());
    }
  }

  private void count(List<Batch> batches, long trimmed) {
    long bytes = 0;
    long stored = 0;
    long duplicates = 0;
    long setAside = 0;
    for (Batch batch : batches) {
      bytes += batch.receivedBytes();
      stored += batch.block().count();
      duplicates += batch.duplicates();
      setAside += batch.setAside().size();
    }
    count(
        new Counts(
            stored + duplicates + setAside, bytes, stored, duplicates, 0, trimmed, 0, setAside));
  }
}
