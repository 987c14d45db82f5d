// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.stream;

import io.github.mqttpartitioned.block.LogExtent;
import io.github.mqttpartitioned.block.OffsetRange;
import io.github.mqttpartitioned.cluster.coordinator.StoreGuard;
import io.github.mqttpartitioned.spark.read.LossPolicy;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What to do about offsets that Spark still needs and no store holds any more: fail the query, or
 * warn, count and go on without them. An offset is counted once, however often it is planned.
 *
 * <p>Confined to one thread but for {@link #offsets}, {@link #missing} and {@link
 * #requireNotOlder}.
 */
final class DataLoss implements StoreGuard {

  private static final Logger LOG = LoggerFactory.getLogger(DataLoss.class);
  private static final String MEND =
      ". Restore the store from a copy, or set failOnDataLoss=false to go on without what is lost";

  private final LossPolicy policy;
  private final String storeDir;

  /** By partition: everything lost before it has been counted. */
  private final long[] countedTo;

  private final AtomicLong offsets = new AtomicLong();

  DataLoss(LossPolicy policy, String storeDir, int partitions) {
    this.policy = policy;
    this.storeDir = storeDir;
    this.countedTo = new long[partitions];
  }

  /** What to do about a loss. */
  LossPolicy policy() {
    return policy;
  }

  /** Offsets that were skipped so far. Thread-safe. */
  long offsets() {
    return offsets.get();
  }

  /**
   * A store is not there that the query has had. Nothing is lost with it when the broker delivers
   * again what was not processed.
   *
   * @param next offset that a new store will begin with
   * @throws IllegalStateException if that fails the query
   */
  @Override
  public void missing(int partition, long next) {
    if (policy.redelivered()) {
      LOG.warn(
          "The store of partition {}, {}, is missing. A new one begins at offset {}; the broker"
              + " delivers again what was not processed, as ackMode is processed",
          partition,
          store(partition),
          next);
      return;
    }
    String what =
        "The store of partition %d, %s, is missing: messages that it held and that were not yet processed are lost; the checkpoint has planned offsets below %d"
            .formatted(partition, store(partition), next);
    if (policy.fail()) {
      throw new IllegalStateException(what + MEND);
    }
    LOG.warn("{}. A new store begins at offset {}, as failOnDataLoss is false", what, next);
  }

  /**
   * What of a planned range can be read.
   *
   * @param extent what is held
   * @throws IllegalStateException if not all of it can, and that fails the query; or if the store
   *     is older than the checkpoint, which would give offsets a second time
   */
  OffsetRange held(int partition, OffsetRange planned, LogExtent extent) {
    requireNotOlder(partition, planned.until(), extent);
    long from = Math.min(Math.max(planned.from(), extent.earliest()), planned.until());
    if (from > planned.from()) {
      lost(partition, new OffsetRange(planned.from(), from), extent);
    }
    return new OffsetRange(from, planned.until());
  }

  private void lost(int partition, OffsetRange range, LogExtent extent) {
    if (policy.redelivered() && range.until() <= extent.first()) {
      LOG.warn(
          "Offsets {} of partition {} are left out: a store held them that is lost. The broker"
              + " delivers again what was not processed of them, as ackMode is processed",
          range,
          partition);
      return;
    }
    String what =
        "Offsets %s of partition %d are lost: its store, %s, holds %s"
            .formatted(range, partition, store(partition), extent);
    if (policy.fail()) {
      throw new IllegalStateException(what + MEND);
    }
    long from = Math.max(range.from(), countedTo[partition]);
    if (from < range.until()) {
      LOG.warn("{}. They are skipped, as failOnDataLoss is false", what);
      offsets.addAndGet(range.until() - from);
      countedTo[partition] = range.until();
    }
  }

  /**
   * Refuses a store that has gone back in time.
   *
   * @param planned offset behind the last one that Spark has ever planned
   * @throws IllegalStateException when the store would give offsets again that were planned
   */
  @Override
  public void requireNotOlder(int partition, long planned, LogExtent extent) {
    if (extent.next() < planned) {
      throw new IllegalStateException(
          "The store of partition %d, %s, is older than the checkpoint: it holds %s, but offsets below %d have been planned. Restore the newer store; or move this one away, and set failOnDataLoss=false to go on with a new one without what is lost"
              .formatted(partition, store(partition), extent, planned));
    }
  }

  private String store(int partition) {
    return storeDir + "/p" + partition;
  }
}
