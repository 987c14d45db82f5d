// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.stream.plan;

import io.github.mqttpartitioned.option.SourceOptions;
import io.github.mqttpartitioned.option.settings.AckMode;
import io.github.mqttpartitioned.receiver.PartitionStatus;
import io.github.mqttpartitioned.receiver.PartitionStatus.State;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.apache.spark.sql.connector.read.streaming.ReadLimit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides where the next micro-batch ends. It looks at what is stored, and at the limits that the
 * user has set:
 *
 * <ul>
 *   <li>Without limits a batch takes everything that is stored.
 *   <li>A run with {@code Trigger.AvailableNow} ends at a target, which the first call finds.
 *   <li>The last message of a store that fills up is left to a batch of its own, see {@link
 *       #sparingFullStores}.
 *   <li>A minimum is not waited for when waiting cannot help, see {@link #isMinimumWaived}.
 *   <li>Offsets that are lost do not count against the limits.
 * </ul>
 *
 * <p>Confined to the query's thread, except for {@link #lastAvailable}.
 */
public final class EndOffsetPlanner {

  private static final Logger LOG = LoggerFactory.getLogger(EndOffsetPlanner.class);

  private final SourceOptions options;
  private final boolean availableNow;
  private final AdmissionControl admission;
  private final Drain drain;
  private final WindowExhaustion window;

  /** Where a run with {@code Trigger.AvailableNow} ends; null before the first call. */
  private @Nullable SourceOffset target;

  private volatile @Nullable SourceOffset lastAvailable;

  /**
   * @param availableNow whether the run ends at what is stored now
   * @param nanoTime a clock that only goes forward
   */
  public EndOffsetPlanner(
      SourceOptions options, boolean availableNow, LongSupplier nanoTime, Sleeper sleeper) {
    this.options = options;
    this.availableNow = availableNow;
    this.admission = new AdmissionControl(nanoTime);
    this.drain = new Drain(options.drainTimeout(), options.connectTimeout(), nanoTime, sleeper);
    this.window = new WindowExhaustion(options.receiveMaximum(), nanoTime);
  }

  /** Whether the run ends at what is stored now. */
  public boolean isAvailableNow() {
    return availableNow;
  }

  /** What the last call found available, before limits; null before the first. Thread-safe. */
  public @Nullable SourceOffset lastAvailable() {
    return lastAvailable;
  }

  /**
   * Where the batch ends that begins at {@code from}.
   *
   * @param limit as the source has given it to Spark, or all that is available
   * @param stores what is stored now; throws when a partition has stopped for good
   * @throws IllegalStateException if a run with {@code Trigger.AvailableNow} cannot find its end
   * @throws java.io.UncheckedIOException if interrupted while it looks for that end
   */
  public BatchEnd end(SourceOffset from, ReadLimit limit, Supplier<StoredMessages> stores) {
    StoredMessages stored = stores.get();
    if (availableNow) {
      stored = aim(from, stored, stores);
    }
    SourceOffset end = target;
    SourceOffset available = end == null ? stored.availableFrom(from) : end.max(from);
    lastAvailable = available;
    SourceOffset spared = sparingFullStores(from, available, stored);
    SourceOffset until =
        limit instanceof AdmissionLimits limits && !limits.areNone()
            ? admitted(from, spared, stored, limits)
            : spared;
    return new BatchEnd(from, available, until, stored);
  }

  /**
   * Sets the target, and waits until it is known.
   *
   * @return what is stored when it is known
   */
  private StoredMessages aim(
      SourceOffset from, StoredMessages now, Supplier<StoredMessages> stores) {
    SourceOffset end = target;
    if (end == null) {
      StoredMessages drained = drain.await(stores);
      end = drained.next().max(from);
      LOG.info("This run of Trigger.AvailableNow ends at {}", end.json());
      target = end;
      return drained;
    }
    end = now.limit(end);
    if (options.ackMode() == AckMode.PROCESSED && from.covers(end)) {
      // The broker sends one window at a time: now it can send the next one.
      SourceOffset more = now.availableFrom(from);
      if (more.equals(from)) {
        StoredMessages drained = drain.await(stores);
        target = drained.next().max(from);
        return drained;
      }
      end = more;
    }
    target = end;
    return now;
  }

  /**
   * Leaves the last message of a store that fills up to a batch of its own. A batch can be trimmed
   * only when a later one is planned. If one batch took everything that a full store holds, no
   * later one would come: without room there is no message, and without a message no batch.
   */
  private SourceOffset sparingFullStores(
      SourceOffset from, SourceOffset available, StoredMessages stored) {
    long[] spared = available.toArray();
    for (int partition = 0; partition < spared.length; partition++) {
      PartitionStatus status = stored.partition(partition);
      boolean takesAll = spared[partition] == status.extent().next();
      if (takesAll && spared[partition] - from.get(partition) > 1 && fillsUp(status)) {
        spared[partition]--;
      }
    }
    return SourceOffset.of(spared);
  }

  /**
   * Whether a store could be full before it holds one more message: one append takes at most a
   * quarter of it.
   */
  private boolean fillsUp(PartitionStatus status) {
    return status.state() == State.STORE_FULL || status.storeBytes() > options.storeMaxBytes() / 2;
  }

  private SourceOffset admitted(
      SourceOffset from, SourceOffset available, StoredMessages stored, AdmissionLimits limits) {
    SourceOffset readable =
        options.failOnDataLoss() ? from : from.max(stored.earliest()).min(available);
    AdmissionLimits now =
        isMinimumWaived(from, available, stored) ? limits.withoutMinimum() : limits;
    return SourceOffset.of(
        admission.until(readable.toArray(), available.toArray(), now, stored::bytesPerMessage));
  }

  /**
   * Whether waiting for more messages cannot help: the run is to end, a member waits for room in
   * its store, or the broker waits for acknowledgements before it sends more.
   */
  private boolean isMinimumWaived(
      SourceOffset from, SourceOffset available, StoredMessages stored) {
    return availableNow
        || stored.isAnyStoreFull()
        || (options.ackMode() == AckMode.PROCESSED && window.isReached(from, available));
  }
}
