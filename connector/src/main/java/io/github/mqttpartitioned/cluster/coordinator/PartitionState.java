// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.cluster.coordinator;

import io.github.mqttpartitioned.block.LogExtent;
import io.github.mqttpartitioned.cluster.PartitionAssignment;
import io.github.mqttpartitioned.option.settings.SourceSettings;
import io.github.mqttpartitioned.receiver.PartitionStatus;
import io.github.mqttpartitioned.receiver.PartitionStatus.Counts;
import io.github.mqttpartitioned.receiver.PartitionStatus.State;
import io.github.mqttpartitioned.receiver.Progress;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The coordinator's view of one partition: its assignment, the node that hosts it, and what that
 * node last reported.
 *
 * <p>{@link #status}, {@link #planned} and {@link #progress} may be called by any thread. All other
 * changes are made by one thread at a time, the one that holds the coordinator's lock.
 */
final class PartitionState {

  private static final Logger LOG = LoggerFactory.getLogger(PartitionState.class);

  private final SourceSettings settings;
  private final StoreGuard guard;

  /** Changed by {@link #change} only. */
  private volatile PartitionAssignment assignment;

  /** Whether there must be a store: without it the partition waits. */
  private volatile boolean needsStore;

  /** Whether an earlier run has told the host to make the store; whether it did is not known. */
  private volatile boolean assignedEarlier;

  private volatile Progress progress = Progress.NONE;

  /** What of {@link #progress} the present node was sent last. */
  private volatile Progress sent = Progress.NONE;

  private volatile @Nullable NodeLink node;
  private volatile @Nullable PartitionStatus lastReported;
  private volatile @Nullable RuntimeException failure;

  /** Whether the store on the present node has passed the guard. */
  private volatile boolean checked;

  /** Whether a node of the host has been told in this run to host the partition. */
  private volatile boolean placed;

  private long waitingSince;

  PartitionState(
      SourceSettings settings,
      PartitionAssignment last,
      boolean needsStore,
      StoreGuard guard,
      long now) {
    this.settings = settings;
    this.assignment = last;
    this.needsStore = needsStore;
    this.assignedEarlier = last.isAssigned();
    this.guard = guard;
    this.waitingSince = now;
  }

  int partition() {
    return assignment.partition();
  }

  PartitionAssignment assignment() {
    return assignment;
  }

  private synchronized void change(UnaryOperator<PartitionAssignment> change) {
    assignment = change.apply(assignment);
  }

  /** The node that hosts the partition; null while it waits. */
  @Nullable NodeLink node() {
    return node;
  }

  /**
   * Whether the partition can go only where its store is: a store has existed, or may exist on a
   * host that is away. A host that is there says itself which stores it has.
   */
  boolean needsStore(List<NodeLink> live) {
    return needsStore || (assignedEarlier && live.stream().noneMatch(this::isOnHost));
  }

  private boolean isOnHost(NodeLink each) {
    return each.address().host().equals(assignment().host());
  }

  long waitingSince() {
    return waitingSince;
  }

  /**
   * Tells the node how far Spark is, if the node does not know it; and every later node.
   *
   * @throws RuntimeException if the node cannot be told; the next call tells it again
   */
  void progress(Progress more) {
    Progress merged;
    NodeLink present;
    synchronized (this) {
      merged = progress.max(more);
      progress = merged;
      present = node;
      if (present == null || merged.equals(sent)) {
        return;
      }
    }
    tell(present, merged);
  }

  private void tell(NodeLink present, Progress news) {
    present.progress(settings.sourceId(), partition(), news);
    sent = news;
  }

  /** Notes an offset that Spark may have in its log. */
  void planned(long offset) {
    change(present -> present.planned(offset));
  }

  /** Whether the node is known to reach the store. */
  boolean hasStore(NodeLink candidate) {
    return (placed && isOnHost(candidate)) || candidate.hasStore(settings, assignment());
  }

  /** The node hosts the partition no more. */
  void vacate(long now) {
    NodeLink present = node;
    if (present != null) {
      PartitionStatus last = present.status(settings.sourceId(), partition());
      noteConnected(last);
      if (last != null && last.followed() > 0) {
        // Real-time tasks give rows before Spark has planned them.
        planned(last.extent().next());
      }
    }
    node = null;
    waitingSince = now;
  }

  /** Gives the store up: it is lost, and the guard allows for a new one. */
  void replaceStore(boolean newGeneration) {
    needsStore = false;
    assignedEarlier = false;
    placed = false;
    lastReported = null;
    if (newGeneration) {
      change(PartitionAssignment::nextGeneration);
    }
  }

  /** Notes on which host the partition will be, before that is written down. */
  void reserve(NodeLink next) {
    change(present -> present.on(next.address().host()));
  }

  void assign(NodeLink next) {
    checked = false;
    next.assign(settings, assignment());
    needsStore = true;
    placed = true;
    sent = Progress.NONE;
    node = next;
    // Not before the node is noted: progress that comes meanwhile would be told to no node.
    Progress known = progress;
    if (!known.equals(Progress.NONE)) {
      tell(next, known);
    }
  }

  void fail(RuntimeException why) {
    LOG.error("Partition {} has stopped for good: {}", partition(), why.getMessage());
    failure = why;
  }

  /** Why the partition has stopped for good; null while it has not. */
  @Nullable RuntimeException failure() {
    return failure;
  }

  /** How the partition is doing; while no node hosts it, it is waiting. */
  PartitionStatus status() {
    RuntimeException failed = failure;
    if (failed != null) {
      return with(State.FAILED, failed);
    }
    NodeLink present = node;
    PartitionStatus reported =
        present == null ? null : present.status(settings.sourceId(), partition());
    if (reported == null) {
      return with(State.WAITING, null);
    }
    if (!checked && reported.state() != State.FAILED) {
      try {
        guard.requireNotOlder(partition(), assignment().firstOffset(), reported.extent());
      } catch (RuntimeException e) {
        fail(e);
        return with(State.FAILED, e);
      }
      checked = true;
    }
    noteConnected(reported);
    lastReported = reported;
    return reported;
  }

  private void noteConnected(@Nullable PartitionStatus reported) {
    if (reported != null && reported.counts().connections() > 0) {
      change(PartitionAssignment::connected);
    }
  }

  /**
   * As {@link #status}.
   *
   * @throws RuntimeException the failure of a partition that has stopped for good
   */
  PartitionStatus soundStatus() {
    PartitionStatus status = status();
    if (status.state() == State.FAILED && status.problem() != null) {
      throw status.problem();
    }
    return status;
  }

  private PartitionStatus with(State state, @Nullable RuntimeException problem) {
    PartitionStatus last = lastReported;
    return new PartitionStatus(
        state,
        problem,
        last == null ? LogExtent.emptyAt(assignment().firstOffset()) : last.extent(),
        last == null ? 0 : last.storeBytes(),
        last == null ? Counts.NONE : last.counts());
  }
}
