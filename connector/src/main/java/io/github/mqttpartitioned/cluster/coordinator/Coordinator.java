// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.cluster.coordinator;

import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_START_STOPPED;

import io.github.mqttpartitioned.block.LogExtent;
import io.github.mqttpartitioned.cluster.ClusterTimeouts;
import io.github.mqttpartitioned.cluster.NodeAddress;
import io.github.mqttpartitioned.cluster.PartitionAssignments;
import io.github.mqttpartitioned.cluster.coordinator.Distribution.Departure;
import io.github.mqttpartitioned.option.settings.SourceSettings;
import io.github.mqttpartitioned.receiver.PartitionStatus;
import io.github.mqttpartitioned.receiver.PartitionStatus.State;
import io.github.mqttpartitioned.receiver.Progress;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Distributes a source's partitions over the nodes, for as long as a query runs.
 *
 * <p>Thread-safe. Where nodes come and go, the coordinator has a thread of its own. It places the
 * partitions of a lost node anew, and moves partitions to nodes that come later. It sleeps until
 * something has changed. {@link #close} may run during {@link #start}: the start then fails.
 */
public final class Coordinator implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Coordinator.class);
  private static final long POLL_MILLIS = 5;

  /** The thread looks at the nodes at least this often. */
  private static final long REVIEW_MILLIS = 500;

  private final SourceSettings settings;
  private final Nodes nodes;
  private final LongSupplier nanoTime;
  private final List<PartitionState> partitions = new ArrayList<>();
  private final Distribution distribution;
  private final Thread thread;

  /** One permit for each change that the thread has not looked at yet. */
  private final Semaphore changes = new Semaphore(0);

  /** Guards the distribution. Not held while a node gives a partition back. */
  private final Object lock = new Object();

  private volatile boolean closed;

  /**
   * @param nodes closed together with the coordinator
   * @param last assignments of the earlier runs, with the epoch of this run
   * @param planned by partition: offset behind the last one that Spark has ever planned
   * @param needsStore by partition: whether it has certainly had a store
   * @param recoveryTimeout how long to wait for the host of a store. At least {@link
   *     ClusterTimeouts#FENCED}, since a node that is cut off may go on until then. Fixed nodes are
   *     not waited for.
   */
  public Coordinator(
      SourceSettings settings,
      Nodes nodes,
      PartitionAssignments last,
      PartitionAssignments.Log log,
      long[] planned,
      boolean[] needsStore,
      StoreGuard guard,
      Duration recoveryTimeout) {
    this(settings, nodes, last, log, planned, needsStore, guard, recoveryTimeout, System::nanoTime);
  }

  Coordinator(
      SourceSettings settings,
      Nodes nodes,
      PartitionAssignments last,
      PartitionAssignments.Log log,
      long[] planned,
      boolean[] needsStore,
      StoreGuard guard,
      Duration recoveryTimeout,
      LongSupplier nanoTime) {
    this.settings = settings;
    this.nodes = nodes;
    this.nanoTime = nanoTime;
    long now = nanoTime.getAsLong();
    for (int partition = 0; partition < settings.partitions(); partition++) {
      partitions.add(
          new PartitionState(
              settings,
              last.partitions().get(partition).planned(planned[partition]),
              needsStore[partition],
              guard,
              now));
    }
    this.distribution =
        new Distribution(
            settings, nodes, partitions, last.epoch(), log, guard, recoveryTimeout, nanoTime);
    this.thread = new Thread(this::keep, "mqtt-coordinator");
    this.thread.setDaemon(true);
    nodes.onChange(this::wake);
  }

  /**
   * Assigns every partition and waits until each member has been connected and subscribed once.
   * Retired partitions come last. Their members unsubscribe, and Artemis deletes the messages of a
   * shared subscription when none of those that are connected subscribes to it any more.
   *
   * @param all whether to wait also for partitions whose host is away
   * @throws RuntimeException the first failure of a member or a store; the assignments stay until
   *     {@link #close}
   * @throws UncheckedIOException when interrupted
   */
  public void start(boolean all) {
    synchronized (lock) {
      // No node hosts a partition yet, so none has to move.
      distribution.review();
    }
    if (!nodes.isFixed()) {
      thread.start();
    }
    for (PartitionState each : partitions) {
      if (settings.isRetired(each.partition())) {
        assignRetired();
      }
      awaitConnected(each, all);
    }
  }

  private void assignRetired() {
    synchronized (lock) {
      if (!closed && distribution.placeRetired() && nodes.isFixed()) {
        distribution.review();
      }
    }
    // Where nodes come and go, a review may find that a partition has to move: the thread does it.
    wake();
  }

  private void awaitConnected(PartitionState state, boolean all) {
    while (true) {
      PartitionStatus status = state.soundStatus();
      boolean away = state.node() == null && !all;
      // The member of a full store has been connected, and waits for the query to read.
      if (away || status.counts().connections() > 0 || status.state() == State.STORE_FULL) {
        return;
      }
      synchronized (lock) {
        if (closed) {
          throw new IllegalStateException(startStopped(state));
        }
        try {
          TimeUnit.MILLISECONDS.timedWait(lock, POLL_MILLIS);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw new UncheckedIOException(new InterruptedIOException(startStopped(state)));
        }
      }
    }
  }

  private static String startStopped(PartitionState state) {
    return MQTT_START_STOPPED.message(
        "The query was stopped while the member of partition %d connected"
            .formatted(state.partition()));
  }

  /** Does not wait: threads of the network call it, too. */
  private void wake() {
    changes.release();
  }

  private void keep() {
    boolean open = true;
    while (open) {
      try {
        if (changes.tryAcquire(REVIEW_MILLIS, TimeUnit.MILLISECONDS)) {
          changes.drainPermits();
        }
        open = look();
      } catch (InterruptedException e) {
        return;
      } catch (RuntimeException e) {
        LOG.warn("The partitions of source {} cannot be placed now", settings.sourceId(), e);
      }
    }
  }

  /**
   * Places what can be placed. A partition that has to move is released first, and placed by the
   * next look. One partition moves at a time.
   *
   * @return false when closed
   */
  private boolean look() {
    Departure departure;
    synchronized (lock) {
      if (closed) {
        return false;
      }
      departure = distribution.review();
    }
    if (departure != null) {
      release(departure.state(), departure.from());
      wake();
    }
    return true;
  }

  /** Run by the thread. A node that does not give the partition back is fenced by the next one. */
  private void release(PartitionState state, NodeLink from) {
    if (closed) {
      return;
    }
    try {
      from.release(settings.sourceId(), state.partition());
    } catch (RuntimeException e) {
      LOG.warn("Node {} does not release partition {}", from.address(), state.partition(), e);
    }
    // The node may have gone on until now: the wait for the store begins here.
    state.vacate(nanoTime.getAsLong());
  }

  /** Notes offsets that Spark may have in its log: they are never given a second time. */
  public void planned(long[] offsets) {
    for (PartitionState each : partitions) {
      each.planned(offsets[each.partition()]);
    }
  }

  /**
   * What each store holds durably; for a partition that waits, what was last heard of it.
   *
   * @throws RuntimeException the failure of a partition that has stopped for good
   */
  public List<LogExtent> extents() {
    return partitions.stream().map(each -> each.soundStatus().extent()).toList();
  }

  /** How each partition is doing. Unlike {@link #extents}, it does not throw failures. */
  public List<PartitionStatus> status() {
    return partitions.stream().map(PartitionState::status).toList();
  }

  /** How a partition is doing. */
  public PartitionStatus status(int partition) {
    return partitions.get(partition).status();
  }

  /** The nodes that can be reached now, each once. */
  public List<NodeLink> nodes() {
    return nodes.live();
  }

  /** The node that hosts a partition; empty while the partition waits. */
  public Optional<NodeAddress> hostingNode(int partition) {
    return Optional.ofNullable(partitions.get(partition).node()).map(NodeLink::address);
  }

  /**
   * Tells the nodes how far Spark is with each partition.
   *
   * @param progress by partition; lower offsets than before change nothing
   */
  public void progress(IntFunction<Progress> progress) {
    for (PartitionState each : partitions) {
      each.progress(progress.apply(each.partition()));
    }
  }

  /** Releases every partition. Never throws; what fails is logged. Closing twice is fine. */
  @Override
  public void close() {
    List<NodeLink> live;
    synchronized (lock) {
      if (closed) {
        return;
      }
      closed = true;
      // A fixed node knows the source only by the partitions that it hosts.
      live = distribution.hasAssigned() || !nodes.isFixed() ? nodes.live() : List.of();
    }
    wake();
    boolean interrupted = Release.on(live, settings.sourceId());
    nodes.close();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
