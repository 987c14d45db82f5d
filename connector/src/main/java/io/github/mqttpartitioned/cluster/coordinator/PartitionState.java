// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.cluster.coordinator;

import io.github.mqttpartitioned.block.LogExtent;
import io.github.mqttpartitioned.cluster.Assignment;
import io.github.mqttpartitioned.cluster.PartitionAssignments.Holder;
import io.github.mqttpartitioned.option.SourceSettings;
import io.github.mqttpartitioned.receiver.PartitionStatus;
import io.github.mqttpartitioned.receiver.PartitionStatus.Counts;
import io.github.mqttpartitioned.receiver.PartitionStatus.State;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One partition, as the coordinator sees it: who holds it and what was last heard of it. {@link
 * #status} may be called by any thread; what changes the seat is the coordinator's, one thread at a
 * time.
 */
final class PartitionState {

  private static final Logger LOG = LoggerFactory.getLogger(PartitionState.class);

  private final SourceSettings settings;
  private final int partition;
  private final StoreGuard guard;

  /** Whether there must be a store: without it the partition waits. */
  private volatile boolean needsStore;

  /** Whether an earlier run has told {@link #host} to make the store; it may have, or not. */
  private volatile boolean toldEarlier;

  private volatile long planned;
  private volatile long processed;
  private volatile long trimmable;
  private volatile String host;
  private volatile int generation;
  private volatile @Nullable NodeLink holder;
  private volatile @Nullable PartitionStatus heard;
  private volatile @Nullable RuntimeException failure;

  /** Whether the store of the present holder has been looked at. */
  private volatile boolean checked;

  /** Whether a node of {@link #host} has been told in this run to hold it. */
  private volatile boolean placed;

  /** Whether its member has been connected in this run. */
  private volatile boolean connected;

  private long waitingSince;

  PartitionState(
      SourceSettings settings,
      int partition,
      Holder last,
      long planned,
      boolean needsStore,
      StoreGuard guard,
      long now) {
    this.settings = settings;
    this.partition = partition;
    this.host = last.host();
    this.generation = last.generation();
    this.planned = planned;
    this.needsStore = needsStore;
    this.toldEarlier = !last.host().isEmpty();
    this.guard = guard;
    this.waitingSince = now;
  }

  int partition() {
    return partition;
  }

  @Nullable NodeLink holder() {
    return holder;
  }

  /**
   * Whether the partition goes nowhere but to its store: there has been one, or there may be one on
   * a host that is away. A host that is there says itself what it has.
   */
  boolean needsStore(List<NodeLink> live) {
    return needsStore
        || (toldEarlier && live.stream().noneMatch(node -> node.address().host().equals(host)));
  }

  long waitingSince() {
    return waitingSince;
  }

  Holder record() {
    return new Holder(host, generation);
  }

  Assignment assignment() {
    return new Assignment(settings, partition, generation, planned, connected);
  }

  /** Has the holder acknowledge what lies below an offset, and every later holder, too. */
  void processed(long before) {
    processed = Math.max(processed, before);
    NodeLink node = holder;
    if (node != null) {
      node.processed(settings.sourceId(), partition, processed);
    }
  }

  /** Has the holder drop what lies wholly below an offset, and every later holder, too. */
  void trim(long before) {
    trimmable = Math.max(trimmable, before);
    NodeLink node = holder;
    if (node != null) {
      node.trim(settings.sourceId(), partition, trimmable);
    }
  }

  /** Takes note of what Spark may have in its log. */
  void planned(long offset) {
    planned = Math.max(planned, offset);
  }

  long planned() {
    return planned;
  }

  /** Whether the store is known to lie within the node's reach. */
  boolean hasStore(NodeLink node) {
    return (placed && node.address().host().equals(host)) || node.hasStore(assignment());
  }

  /** The holder is gone. */
  void vacate(long now) {
    NodeLink node = holder;
    if (node != null) {
      note(node.status(settings.sourceId(), partition));
    }
    holder = null;
    waitingSince = now;
  }

  /** The store is lost, and the guard allows for a new one. */
  void replaceStore(boolean newGeneration) {
    needsStore = false;
    toldEarlier = false;
    placed = false;
    heard = null;
    if (newGeneration) {
      generation = record().generation() + 1;
    }
  }

  /** Notes who will hold the partition, before that is written down. */
  void reserve(NodeLink node) {
    host = node.address().host();
  }

  void assign(NodeLink node) {
    checked = false;
    node.assign(assignment());
    needsStore = true;
    placed = true;
    holder = node;
    if (processed > 0) {
      node.processed(settings.sourceId(), partition, processed);
    }
    if (trimmable > 0) {
      node.trim(settings.sourceId(), partition, trimmable);
    }
  }

  void fail(RuntimeException why) {
    LOG.error("Partition {} has stopped for good: {}", partition, why.getMessage());
    failure = why;
  }

  /** Why the partition has stopped for good. */
  @Nullable RuntimeException failure() {
    return failure;
  }

  /** How the partition is doing; while nobody holds it, it is waiting. */
  PartitionStatus status() {
    RuntimeException failed = failure;
    if (failed != null) {
      return with(State.FAILED, failed);
    }
    NodeLink node = holder;
    PartitionStatus said = node == null ? null : node.status(settings.sourceId(), partition);
    if (said == null) {
      return with(State.WAITING, null);
    }
    if (!checked && said.state() != State.FAILED) {
      try {
        guard.requireNotOlder(partition, planned, said.extent());
      } catch (RuntimeException e) {
        fail(e);
        return with(State.FAILED, e);
      }
      checked = true;
    }
    note(said);
    heard = said;
    return said;
  }

  private void note(@Nullable PartitionStatus said) {
    if (said != null && said.counts().connections() > 0) {
      connected = true;
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
    PartitionStatus last = heard;
    return new PartitionStatus(
        state,
        problem,
        last == null ? LogExtent.emptyAt(planned) : last.extent(),
        last == null ? 0 : last.storeBytes(),
        last == null ? Counts.NONE : last.counts());
  }
}
