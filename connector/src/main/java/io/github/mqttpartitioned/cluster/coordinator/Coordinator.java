// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.cluster.coordinator;

import static java.util.Objects.requireNonNull;

import io.github.mqttpartitioned.block.LogExtent;
import io.github.mqttpartitioned.cluster.ClusterTimeouts;
import io.github.mqttpartitioned.cluster.NodeAddress;
import io.github.mqttpartitioned.cluster.PartitionAssignments;
import io.github.mqttpartitioned.option.SourceSettings;
import io.github.mqttpartitioned.receiver.PartitionStatus;
import io.github.mqttpartitioned.receiver.PartitionStatus.State;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds a source's partitions on the nodes that there are, for as long as a query runs.
 *
 * <p>Thread-safe. Where nodes come and go, a thread of its own, the keeper, looks after them: it
 * places anew what a lost node held, and moves partitions to nodes that come later. It sleeps until
 * something has changed. {@link #start} and {@link #close} may meet: a start that finds itself
 * closed releases what it has assigned.
 */
public final class Coordinator implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Coordinator.class);
  private static final long POLL_MILLIS = 5;

  /** The longest that the keeper takes no look by itself. */
  private static final long REVIEW_MILLIS = 500;

  private final SourceSettings settings;
  private final Nodes nodes;
  private final long epoch;
  private final PartitionAssignments.Log log;
  private final StoreGuard guard;
  private final Duration recoveryTimeout;
  private final LongSupplier nanoTime;
  private final List<PartitionState> seats = new ArrayList<>();
  private final Thread keeper;

  /** One for each change that the keeper has not looked at yet. */
  private final Semaphore changes = new Semaphore(0);

  /** Guards placing, and what follows. Not held while a node lets a partition go. */
  private final Object lock = new Object();

  private volatile boolean closed;
  private boolean assigned;
  private final LocationPublisher announcements;

  /**
   * @param nodes closed together with the coordinator
   * @param last holders, with the epoch of this run
   * @param planned by partition: offset behind the last one that Spark has ever planned
   * @param needsStore by partition: whether it has certainly had a store
   * @param recoveryTimeout how long to wait for the host of a store, at least {@link
   *     ClusterTimeouts#FENCED}, for until then a holder that is cut off may go on; for fixed nodes
   *     not at all
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
    this.epoch = last.epoch();
    this.log = log;
    this.guard = guard;
    this.recoveryTimeout =
        recoveryTimeout.compareTo(ClusterTimeouts.FENCED) < 0
            ? ClusterTimeouts.FENCED
            : recoveryTimeout;
    this.nanoTime = nanoTime;
    this.announcements = new LocationPublisher(settings.sourceId());
    long now = nanoTime.getAsLong();
    for (int partition = 0; partition < settings.partitions(); partition++) {
      seats.add(
          new PartitionState(
              settings,
              partition,
              last.partitions().get(partition),
              planned[partition],
              needsStore[partition],
              guard,
              now));
    }
    this.keeper = new Thread(this::keep, "mqtt-coordinator");
    this.keeper.setDaemon(true);
    nodes.onChange(this::wake);
  }

  /**
   * Assigns every partition and waits until each member has once been connected and subscribed.
   *
   * @param all whether to wait for partitions, too, whose host is away
   * @throws RuntimeException the first failure of a member or a store; what has been assigned stays
   *     so until {@link #close}
   * @throws UncheckedIOException when interrupted
   */
  public void start(boolean all) {
    synchronized (lock) {
      // Nobody holds anything yet that could have to move.
      review();
    }
    if (!nodes.isFixed()) {
      keeper.start();
    }
    for (PartitionState seat : seats) {
      awaitConnected(seat, all);
    }
  }

  private void awaitConnected(PartitionState seat, boolean all) {
    while (true) {
      PartitionStatus status = seat.soundStatus();
      boolean away = seat.holder() == null && !all;
      // A member whose store is full has been connected, and waits for the query to read.
      if (away || status.counts().connections() > 0 || status.state() == State.STORE_FULL) {
        return;
      }
      synchronized (lock) {
        if (closed) {
          throw new IllegalStateException("the query was stopped while its members connected");
        }
        try {
          TimeUnit.MILLISECONDS.timedWait(lock, POLL_MILLIS);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw new UncheckedIOException(
              new InterruptedIOException(
                  "stopped while partition " + seat.partition() + " connected"));
        }
      }
    }
  }

  /** Waits for nothing: threads of the network call it, too. */
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
        LOG.warn("Cannot place the partitions of source {} now", settings.sourceId(), e);
      }
    }
  }

  /**
   * Places what can be placed. A partition that is to move is released first, and placed by the
   * next look; then it is the turn of another one.
   *
   * @return false when closed
   */
  private boolean look() {
    Runnable departure;
    synchronized (lock) {
      if (closed) {
        return false;
      }
      departure = review();
    }
    if (departure != null) {
      departure.run();
      wake();
    }
    return true;
  }

  /**
   * Looks at the nodes and places what has no holder; holds the lock.
   *
   * @return the release of a partition that another node shall hold, if there is one
   */
  private @Nullable Runnable review() {
    List<NodeLink> live = nodes.live();
    long now = nanoTime.getAsLong();
    for (PartitionState seat : seats) {
      NodeLink holder = seat.holder();
      if (holder != null && !live.contains(holder)) {
        LOG.warn("Partition {} has lost its node {}", seat.partition(), holder.address());
        seat.vacate(now);
      }
      if (live.isEmpty()) {
        // Nothing is won by giving up; and hosts that come back do not do so all at once.
        seat.vacate(now);
      }
      giveUpStore(seat, live, now);
    }
    List<@Nullable NodeLink> placed =
        Placement.of(live, present(), partition -> allowed(seats.get(partition), live));
    place(placed);
    announcements.make(live, seats);
    return depart(placed);
  }

  private List<@Nullable NodeLink> present() {
    List<@Nullable NodeLink> present = new ArrayList<>();
    seats.forEach(seat -> present.add(seat.holder()));
    return present;
  }

  /** Nodes that may hold a partition: where its store lies; any, if there is none to be found. */
  private static Set<NodeLink> allowed(PartitionState seat, List<NodeLink> live) {
    Set<NodeLink> nodes = new LinkedHashSet<>();
    for (NodeLink node : live) {
      if (node.equals(seat.holder()) || seat.hasStore(node)) {
        nodes.add(node);
      }
    }
    return nodes.isEmpty() && !seat.needsStore(live) ? Set.copyOf(live) : nodes;
  }

  private void giveUpStore(PartitionState seat, List<NodeLink> live, long now) {
    boolean waitedEnough =
        nodes.isFixed() || now - seat.waitingSince() >= recoveryTimeout.toNanos();
    if (seat.failure() != null
        || seat.holder() != null
        || !seat.needsStore(live)
        || !waitedEnough
        || !allowed(seat, live).isEmpty()) {
      return;
    }
    try {
      guard.missing(seat.partition(), seat.planned());
      seat.replaceStore(!nodes.isFixed());
    } catch (RuntimeException e) {
      if (nodes.isFixed()) {
        throw e;
      }
      seat.fail(e);
    }
  }

  /** Takes from its holder a partition that shall be held elsewhere. */
  private @Nullable Runnable depart(List<@Nullable NodeLink> placed) {
    for (PartitionState seat : seats) {
      NodeLink from = seat.holder();
      NodeLink to = placed.get(seat.partition());
      if (from != null && to != null && !to.equals(from)) {
        seat.vacate(nanoTime.getAsLong());
        return () -> release(seat, from);
      }
    }
    return null;
  }

  /** The keeper's. A node that does not let go is fenced by the next holder. */
  private void release(PartitionState seat, NodeLink from) {
    if (closed) {
      return;
    }
    try {
      from.release(settings.sourceId(), seat.partition());
    } catch (RuntimeException e) {
      LOG.warn("Node {} does not release partition {}", from.address(), seat.partition(), e);
    }
    // Until now it has gone on, perhaps.
    seat.vacate(nanoTime.getAsLong());
  }

  private void place(List<@Nullable NodeLink> placed) {
    List<PartitionState> homeless =
        seats.stream()
            .filter(seat -> seat.holder() == null && placed.get(seat.partition()) != null)
            .toList();
    if (homeless.isEmpty()) {
      return;
    }
    homeless.forEach(seat -> seat.reserve(requireNonNull(placed.get(seat.partition()))));
    log.write(new PartitionAssignments(epoch, seats.stream().map(PartitionState::record).toList()));
    homeless.forEach(seat -> assign(seat, requireNonNull(placed.get(seat.partition()))));
  }

  private void assign(PartitionState seat, NodeLink to) {
    assigned = true;
    try {
      seat.assign(to);
      LOG.info("Partition {} goes to node {}, epoch {}", seat.partition(), to.address(), epoch);
    } catch (RuntimeException e) {
      if (nodes.isFixed()) {
        throw e;
      }
      seat.fail(e);
    }
  }

  /** Takes note of offsets that Spark may have in its log: they are never given a second time. */
  public void planned(long[] offsets) {
    for (PartitionState seat : seats) {
      seat.planned(offsets[seat.partition()]);
    }
  }

  /**
   * What each partition holds durably; for one that is waiting, what was last heard of it.
   *
   * @throws RuntimeException the failure of a partition that has stopped for good
   */
  public List<LogExtent> extents() {
    return seats.stream().map(seat -> seat.soundStatus().extent()).toList();
  }

  /** How each partition is doing; unlike {@link #extents}, failures are told, not thrown. */
  public List<PartitionStatus> status() {
    return seats.stream().map(PartitionState::status).toList();
  }

  /** How a partition is doing. */
  public PartitionStatus status(int partition) {
    return seats.get(partition).status();
  }

  /** The nodes that can be reached now, each once. */
  public List<NodeLink> nodes() {
    return nodes.live();
  }

  /** The node that holds a partition; empty while it is waiting. */
  public Optional<NodeAddress> holder(int partition) {
    return Optional.ofNullable(seats.get(partition).holder()).map(NodeLink::address);
  }

  /**
   * Allows the stores to drop what lies wholly below an offset.
   *
   * @param before by partition
   */
  public void trim(long[] before) {
    for (PartitionState seat : seats) {
      seat.trim(before[seat.partition()]);
    }
  }

  /**
   * Tells the nodes what Spark is done with.
   *
   * @param before by partition
   */
  public void processed(long[] before) {
    for (PartitionState seat : seats) {
      seat.processed(before[seat.partition()]);
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
      // A fixed node knows of the source only by what it holds.
      live = assigned || !nodes.isFixed() ? nodes.live() : List.of();
    }
    wake();
    boolean interrupted = Release.on(live, settings.sourceId());
    nodes.close();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
