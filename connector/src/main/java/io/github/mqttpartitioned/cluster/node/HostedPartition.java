// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.cluster.node;

import io.github.mqttpartitioned.cluster.ClusterTimeouts;
import io.github.mqttpartitioned.cluster.PartitionAssignment;
import io.github.mqttpartitioned.metrics.PartitionMeters;
import io.github.mqttpartitioned.option.settings.SourceSettings;
import io.github.mqttpartitioned.receiver.LeaseCheck;
import io.github.mqttpartitioned.receiver.PartitionStatus;
import io.github.mqttpartitioned.receiver.Progress;
import io.github.mqttpartitioned.receiver.Receiver;
import io.github.mqttpartitioned.store.PartitionStore;
import io.github.mqttpartitioned.store.StoreConfig;
import io.github.mqttpartitioned.store.StoreException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One partition that a node hosts: its store and its receiver, from {@link #open} to {@link
 * #finish}. Thread-safe.
 *
 * <p>To open a store may take as long as another process writes to it. {@link #stop} does not wait
 * for that, {@link #finish} waits until its deadline.
 */
final class HostedPartition {

  private static final Logger LOG = LoggerFactory.getLogger(HostedPartition.class);

  private static final Duration RETRY = Duration.ofMillis(100);

  private record Parts(PartitionStore store, Receiver receiver, PartitionMeters meters) {}

  private final SourceSettings settings;
  private final PartitionAssignment assignment;
  private final LeaseCheck lease;
  private final String node;
  private volatile @Nullable Parts parts;
  private volatile boolean stopped;

  /** Held while the store is being opened or closed. */
  private final ReentrantLock opening = new ReentrantLock();

  /** Kept here, since it may arrive while the store is being opened. */
  private volatile Progress progress = Progress.NONE;

  /**
   * @param node name of the node, for meters
   */
  HostedPartition(
      SourceSettings settings, PartitionAssignment assignment, LeaseCheck lease, String node) {
    this.settings = settings;
    this.assignment = assignment;
    this.lease = lease;
    this.node = node;
  }

  /**
   * Opens the store and starts the receiver, unless {@link #stop} has been called.
   *
   * @throws StoreException when the store cannot be used
   */
  void open() {
    opening.lock();
    try {
      if (!stopped) {
        openStore();
      }
    } finally {
      opening.unlock();
    }
  }

  private void openStore() {
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
    opened.receiver.progress(progress);
    if (stopped) {
      opened.receiver.stop();
    }
    lease.changed();
  }

  /**
   * Opens as {@link #open} does, and waits while the store is still open in this JVM: the receiver
   * of an earlier run may not have ended, and a task may go on reading as long as it runs. A disk
   * that refuses is given some seconds to come back.
   *
   * @param over whether the partition is no longer to be hosted
   */
  void openWhenFree(BooleanSupplier over, LongSupplier nanoTime) {
    long deadline = nanoTime.getAsLong() + ClusterTimeouts.OPEN_STORE.toNanos();
    boolean logged = false;
    while (!stopped && !over.getAsBoolean()) {
      try {
        open();
        return;
      } catch (StoreException.Unusable e) {
        if (!(e instanceof StoreException.InUse) && nanoTime.getAsLong() - deadline >= 0) {
          throw e;
        }
        if (!logged) {
          logged = true;
          LOG.warn(
              "The node tries to open the store of partition {} until it can: {}",
              assignment.partition(),
              e.getMessage());
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
    Progress merged;
    synchronized (this) {
      merged = progress.max(more);
      progress = merged;
    }
    Parts opened = parts;
    if (opened != null) {
      opened.receiver.progress(merged);
    }
  }

  /** Empty as long as the store is being opened. */
  Optional<PartitionStore> store() {
    return Optional.ofNullable(parts).map(Parts::store);
  }

  /** Asks the receiver to end. Does not wait. */
  void stop() {
    stop(Receiver::stop);
  }

  /** As {@link #stop}, because the query stops. */
  void stopWithQuery() {
    stop(Receiver::stopWithQuery);
  }

  private void stop(Consumer<Receiver> end) {
    stopped = true;
    Parts opened = parts;
    if (opened != null) {
      end.accept(opened.receiver);
    }
  }

  /**
   * Waits for the receiver, even when interrupted, and closes the store: it must not close under
   * its receiver. After the deadline a thread of its own goes on waiting.
   *
   * @param deadline of {@link System#nanoTime}
   */
  void finish(long deadline) {
    if (close(deadline)) {
      return;
    }
    Parts opened = parts;
    if (opened != null) {
      opened.meters.close();
    }
    LOG.warn(
        "The receiver of partition {} has not stopped in time; its store stays open until it stops",
        assignment.partition());
    Thread closer = new Thread(this::closeLate, "mqtt-close-" + assignment.partition());
    closer.setDaemon(true);
    closer.start();
  }

  private void closeLate() {
    while (!close(System.nanoTime() + ClusterTimeouts.STOP.toNanos())) {
      LOG.info("The receiver of partition {} has still not stopped", assignment.partition());
    }
  }

  /** Returns whether all is closed by the deadline. */
  private boolean close(long deadline) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return tryClose(deadline);
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private boolean tryClose(long deadline) throws InterruptedException {
    if (!opening.tryLock(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
      return false;
    }
    try {
      Parts opened = parts;
      if (opened == null) {
        return true;
      }
      // A limit of 0 would be none.
      long left = Math.max(1_000_000, deadline - System.nanoTime());
      if (!opened.receiver.join(Duration.ofNanos(left))) {
        return false;
      }
      opened.meters.close();
      opened.store.close();
      return true;
    } finally {
      opening.unlock();
    }
  }
}
