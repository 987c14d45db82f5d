// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.stream;

import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_OFFSETS_LOST;
import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_STORE_MISSING;
import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_STORE_OUTDATED;

import io.github.mqttpartitioned.block.LogExtent;
import io.github.mqttpartitioned.block.OffsetRange;
import io.github.mqttpartitioned.cluster.coordinator.StoreGuard;
import io.github.mqttpartitioned.spark.read.LossPolicy;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides about offsets that Spark still needs and no store holds any more: fail the query, or
 * warn, count them and continue without them. An offset is counted once, however often it is
 * planned.
 *
 * <p>Confined to one thread, except for {@link #offsets}, {@link #missing} and {@link
 * #requireNotOlder}.
 */
final class DataLoss implements StoreGuard {

  private static final Logger LOG = LoggerFactory.getLogger(DataLoss.class);
  private static final String REMEDY =
      """
      Restore the store from a copy, or set failOnDataLoss=false to continue without what is \
      lost.""";

  private final LossPolicy policy;
  private final StoreDirectories directories;

  /** By partition: everything lost before this offset has been counted. */
  private final long[] countedTo;

  private final AtomicLong offsets = new AtomicLong();

  DataLoss(LossPolicy policy, StoreDirectories directories, int partitions) {
    this.policy = policy;
    this.directories = directories;
    this.countedTo = new long[partitions];
  }

  /** The number of offsets that were skipped so far. Thread-safe. */
  long offsets() {
    return offsets.get();
  }

  /**
   * Decides about a store that the query had and that is not there. Nothing is lost with it if the
   * broker delivers again what was not processed.
   *
   * @param next offset that a new store begins with
   * @throws IllegalStateException if the loss fails the query
   */
  @Override
  public void missing(int partition, long next) {
    String directory = directories.of(partition);
    if (policy.redelivered()) {
      LOG.warn(
          MQTT_STORE_MISSING.message(
              """
              The store of partition %d, %s, is missing. A new one begins at offset %d. The broker \
              delivers again what was not processed, as ackMode is processed"""
                  .formatted(partition, directory, next)));
      return;
    }
    String what =
        """
        The store of partition %d, %s, is missing: messages that it held and that were not yet \
        processed are lost; the checkpoint has planned offsets below %d."""
            .formatted(partition, directory, next);
    if (policy.fail()) {
      throw new IllegalStateException(MQTT_STORE_MISSING.message(what + " " + REMEDY));
    }
    LOG.warn(
        "{} A new store begins at offset {}, as failOnDataLoss is false",
        MQTT_STORE_MISSING.message(what),
        next);
  }

  /**
   * The part of a planned range that can be read.
   *
   * @param extent what the store holds
   * @throws IllegalStateException if not all of the range can be read and that fails the query, or
   *     if the store is older than the checkpoint
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
          MQTT_OFFSETS_LOST.message(
              """
              Offsets %s of partition %d are skipped: a lost store held them. The broker delivers \
              again those of its messages that were not processed, as ackMode is processed"""
                  .formatted(range, partition)));
      return;
    }
    String what =
        "Offsets %s of partition %d are lost: its store, %s, holds %s."
            .formatted(range, partition, directories.of(partition), extent);
    if (policy.fail()) {
      throw new IllegalStateException(MQTT_OFFSETS_LOST.message(what + " " + REMEDY));
    }
    long from = Math.max(range.from(), countedTo[partition]);
    if (from < range.until()) {
      LOG.warn("{} They are skipped, as failOnDataLoss is false", MQTT_OFFSETS_LOST.message(what));
      offsets.addAndGet(range.until() - from);
      countedTo[partition] = range.until();
    }
  }

  /**
   * Refuses a store that has gone back in time: it would give offsets a second time.
   *
   * @param planned offset behind the last one that Spark has ever planned
   * @throws IllegalStateException if the store ends before it
   */
  @Override
  public void requireNotOlder(int partition, long planned, LogExtent extent) {
    if (extent.next() < planned) {
      throw new IllegalStateException(
          MQTT_STORE_OUTDATED.message(
              """
              The store of partition %d, %s, is older than the checkpoint: it holds %s, but \
              offsets below %d have been planned. Restore the newer store. Or move this one away \
              and set failOnDataLoss=false to continue with a new one without what is lost."""
                  .formatted(partition, directories.of(partition), extent, planned)));
    }
  }
}
