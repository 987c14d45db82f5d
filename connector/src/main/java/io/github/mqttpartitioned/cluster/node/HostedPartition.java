// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.cluster.node;

import io.github.mqttpartitioned.cluster.ClusterTimeouts;
import io.github.mqttpartitioned.cluster.PartitionAssignment;
import io.github.mqttpartitioned.metrics.PartitionMeters;
import io.github.mqttpartitioned.option.SourceSettings;
import io.github.mqttpartitioned.receiver.LeaseCheck;
import io.github.mqttpartitioned.receiver.PartitionStatus;
import io.github.mqttpartitioned.receiver.Progress;
import io.github.mqttpartitioned.receiver.Receiver;
import io.github.mqttpartitioned.store.PartitionStore;
import io.github.mqttpartitioned.store.StoreConfig;
import io.github.mqttpartitioned.store.StoreException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One partition that a node holds: its store and its receiver, from {@link #open} to {@link
 * #finish}. Thread-safe; to open a store may take as long as another process writes to it, and
 * whoever wants to end the holding waits for that.
 */
final class HostedPartition {

  private static final Logger LOG = LoggerFactory.getLogger(HostedPartition.class);

  /** How long whoever ends a holding waits for its receiver. */
  private static final Duration DISK_BACK = Duration.ofSeconds(20);

  private static final Duration RETRY = Duration.ofMillis(100);

  private record Parts(PartitionStore store, Receiver receiver, PartitionMeters meters) {}

  private final SourceSettings settings;
  private final PartitionAssignment assignment;
  private final LeaseCheck lease;
  private final String node;
  private final Duration stopLimit;
  private volatile @Nullable Parts parts;
  private boolean ended;

  /** Kept here, since it may arrive while the store is being opened. */
  private final AtomicReference<Progress> progress = new AtomicReference<>(Progress.NONE);

  /**
   * @param node name of the node, for meters
   * @param stopLimit how long {@link #finish} waits for the receiver
   */
  HostedPartition(
      SourceSettings settings,
      PartitionAssignment assignment,
      LeaseCheck lease,
      String node,
      Duration stopLimit) {
    this.settings = settings;
    this.assignment = assignment;
    this.lease = lease;
    this.node = node;
    this.stopLimit = stopLimit;
  }

  /**
   * Opens the store and starts the receiver, unless the holding has ended meanwhile.
   *
   * @throws io.github.mqttpartitioned.store.StoreException when the store cannot be used
   */
  synchronized void open() {
    if (ended) {
      return;
    }
    PartitionStore store =
        PartitionStore.open(
            new StoreConfig(
                assignment.directory(settings.storeDir()),
                settings.sourceId(),
                assignment.partition(),
                settings.storeMaxBytes(),
                assignment.firstOffset()));
    Parts opened;
    try {
      opened = begin(store);
    } catch (RuntimeException | Error e) {
      store.close();
      throw e;
    }
    parts = opened;
    opened.receiver.progress(progress.get());
    lease.changed();
  }

  /**
   * Opens as {@link #open} does. As long as the store is open in this JVM already, it waits: a task
   * may go on reading what an earlier holding has opened, and that may take as long as a task does.
   * A disk that refuses is given some seconds to come back.
   *
   * @param over whether there is nothing to wait for any more
   */
  void openWhenFree(BooleanSupplier over, LongSupplier nanoTime) {
    long deadline = nanoTime.getAsLong() + DISK_BACK.toNanos();
    boolean told = false;
    while (!hasEnded() && !over.getAsBoolean()) {
      try {
        open();
        return;
      } catch (StoreException.Unusable e) {
        if (!(e instanceof StoreException.InUse) && nanoTime.getAsLong() - deadline >= 0) {
          throw e;
        }
        if (!told) {
          told = true;
          LOG.warn("Tries again until it can be opened: {}", e.getMessage());
        }
      }
      LockSupport.parkNanos(RETRY.toNanos());
    }
  }

  private Parts begin(PartitionStore store) {
    PartitionMeters meters = new PartitionMeters(settings.group(), assignment.partition(), node);
    try {
      Receiver receiver =
          new Receiver(
              settings, assignment.partition(), store, meters, lease, assignment.connectedBefore());
      meters.watch(receiver, settings.storeMaxBytes());
      receiver.start();
      return new Parts(store, receiver, meters);
    } catch (RuntimeException | Error e) {
      meters.close();
      throw e;
    }
  }

  /** Null as long as the store is being opened. */
  @Nullable PartitionStatus status() {
    Parts opened = parts;
    return opened == null ? null : opened.receiver.status();
  }

  void progress(Progress more) {
    Progress merged = progress.accumulateAndGet(more, Progress::max);
    Parts opened = parts;
    if (opened != null) {
      opened.receiver.progress(merged);
    }
  }

  /** Empty as long as the store is being opened. */
  Optional<PartitionStore> store() {
    return Optional.ofNullable(parts).map(Parts::store);
  }

  /** Whether {@link #stop} has been called: there is nothing to be opened any more. */
  private synchronized boolean hasEnded() {
    return ended;
  }

  /** Asks the receiver to end. */
  synchronized void stop() {
    ended = true;
    Parts opened = parts;
    if (opened != null) {
      opened.receiver.stop();
    }
  }

  /**
   * Waits for the receiver, even when interrupted: its store must not close under it. A receiver
   * that takes longer than the limit is left behind, and its store is closed when it has ended.
   */
  void finish() {
    Parts opened = parts;
    if (opened == null) {
      return;
    }
    boolean ended = join(opened.receiver, stopLimit);
    opened.meters.close();
    if (ended) {
      opened.store.close();
      return;
    }
    LOG.warn(
        "The receiver of partition {} has not stopped within {} s; its store stays open until then",
        assignment.partition(),
        stopLimit.toSeconds());
    Thread closer = new Thread(() -> closeBehind(opened), "mqtt-close-" + assignment.partition());
    closer.setDaemon(true);
    closer.start();
  }

  private static void closeBehind(Parts opened) {
    while (!join(opened.receiver, ClusterTimeouts.STOP)) {
      // It ends when what it waits for does; nothing else can be done about it from here.
    }
    opened.store.close();
  }

  /** Returns whether the receiver has ended within {@code limit}. */
  private static boolean join(Receiver receiver, Duration limit) {
    boolean interrupted = Thread.interrupted();
    long deadline = System.nanoTime() + limit.toNanos();
    boolean ended = false;
    for (long left = limit.toNanos(); !ended && left > 0; left = deadline - System.nanoTime()) {
      try {
        ended = receiver.join(Duration.ofNanos(left).plusMillis(1));
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return ended;
  }
}
