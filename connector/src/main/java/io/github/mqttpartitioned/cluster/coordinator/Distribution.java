// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.cluster.coordinator;

import static java.util.Objects.requireNonNull;

import io.github.mqttpartitioned.cluster.ClusterTimeouts;
import io.github.mqttpartitioned.cluster.PartitionAssignments;
import io.github.mqttpartitioned.option.settings.SourceSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Adapts the partitions of a source to the nodes that live now. Each {@link #review} gives up lost
 * nodes and lost stores, and places the partitions that no node hosts.
 *
 * <p>Guarded by the coordinator's lock.
 */
final class Distribution {

  private static final Logger LOG = LoggerFactory.getLogger(Distribution.class);

  /** A partition that is taken from its node, because another one is to host it. */
  record Departure(PartitionState state, NodeLink from) {}

  /** Assignments that take place at the same time. */
  private static final int AT_ONCE = 32;

  private final SourceSettings settings;
  private final Nodes nodes;
  private final List<PartitionState> partitions;
  private final long epoch;
  private final PartitionAssignments.Log log;
  private final StoreGuard guard;
  private final Duration recoveryTimeout;
  private final LongSupplier nanoTime;
  private final LocationPublisher locationPublisher;
  private boolean assigned;
  private boolean retiredMayConnect;

  /**
   * @param partitions in the order of their numbers
   * @param recoveryTimeout how long to wait for the host of a store; at least {@link
   *     ClusterTimeouts#FENCED}
   */
  Distribution(
      SourceSettings settings,
      Nodes nodes,
      List<PartitionState> partitions,
      long epoch,
      PartitionAssignments.Log log,
      StoreGuard guard,
      Duration recoveryTimeout,
      LongSupplier nanoTime) {
    this.settings = settings;
    this.nodes = nodes;
    this.partitions = partitions;
    this.epoch = epoch;
    this.log = log;
    this.guard = guard;
    this.recoveryTimeout =
        recoveryTimeout.compareTo(ClusterTimeouts.FENCED) < 0
            ? ClusterTimeouts.FENCED
            : recoveryTimeout;
    this.nanoTime = nanoTime;
    this.locationPublisher = new LocationPublisher(settings.sourceId());
  }

  /** From now on, a review places retired partitions, too. Returns whether that is new. */
  boolean placeRetired() {
    boolean isNew = !retiredMayConnect;
    retiredMayConnect = true;
    return isNew;
  }

  /** Whether a node was told to host a partition. */
  boolean hasAssigned() {
    return assigned;
  }

  /**
   * Looks at the nodes and places the partitions that no node hosts.
   *
   * @return a partition that has to move to another node, if there is one; its node still has it
   */
  @Nullable Departure review() {
    List<NodeLink> live = nodes.live();
    long now = nanoTime.getAsLong();
    for (PartitionState each : partitions) {
      NodeLink node = each.node();
      if (node != null && !live.contains(node)) {
        LOG.warn("Partition {} has lost its node {}", each.partition(), node.address());
        each.vacate(now);
      }
      if (live.isEmpty()) {
        // Without a node a new store helps nobody, and hosts do not come back all at once.
        each.vacate(now);
      }
      giveUpStore(each, live, now);
    }
    List<@Nullable NodeLink> placed =
        Placement.of(live, present(), partition -> allowed(partitions.get(partition), live));
    place(placed);
    locationPublisher.publish(live, partitions);
    return depart(placed);
  }

  private List<@Nullable NodeLink> present() {
    List<@Nullable NodeLink> present = new ArrayList<>();
    partitions.forEach(each -> present.add(each.node()));
    return present;
  }

  /** Nodes that may host a partition: those that reach its store; all, if it has none. */
  private static Set<NodeLink> allowed(PartitionState state, List<NodeLink> live) {
    Set<NodeLink> nodes = new LinkedHashSet<>();
    for (NodeLink node : live) {
      if (node.equals(state.node()) || state.hasStore(node)) {
        nodes.add(node);
      }
    }
    return nodes.isEmpty() && !state.needsStore(live) ? Set.copyOf(live) : nodes;
  }

  private void giveUpStore(PartitionState state, List<NodeLink> live, long now) {
    boolean waitedEnough =
        nodes.isFixed() || now - state.waitingSince() >= recoveryTimeout.toNanos();
    if (state.failure() != null
        || state.node() != null
        || !state.needsStore(live)
        || !waitedEnough
        || !allowed(state, live).isEmpty()) {
      return;
    }
    try {
      guard.missing(state.partition(), state.assignment().firstOffset());
      state.replaceStore(!nodes.isFixed());
    } catch (RuntimeException e) {
      if (nodes.isFixed()) {
        throw e;
      }
      state.fail(e);
    }
  }

  /** Takes a partition from its node that has to move to another one. */
  private @Nullable Departure depart(List<@Nullable NodeLink> placed) {
    for (PartitionState each : partitions) {
      NodeLink from = each.node();
      NodeLink to = placed.get(each.partition());
      if (from != null && to != null && !to.equals(from)) {
        each.vacate(nanoTime.getAsLong());
        return new Departure(each, from);
      }
    }
    return null;
  }

  private void place(List<@Nullable NodeLink> placed) {
    List<PartitionState> homeless =
        partitions.stream()
            .filter(each -> each.node() == null && placed.get(each.partition()) != null)
            .filter(each -> retiredMayConnect || !settings.isRetired(each.partition()))
            .toList();
    if (homeless.isEmpty()) {
      return;
    }
    homeless.forEach(each -> each.reserve(requireNonNull(placed.get(each.partition()))));
    log.write(
        new PartitionAssignments(
            epoch, partitions.stream().map(PartitionState::assignment).toList()));
    assigned = true;
    inParallel(homeless, each -> assign(each, requireNonNull(placed.get(each.partition()))));
  }

  /**
   * A node in this JVM opens a store within the call, which waits for the disk several times. Many
   * that wait at once wait for about as long as one.
   *
   * @throws RuntimeException or an Error, one that an action has thrown; all actions have ended
   */
  private static void inParallel(List<PartitionState> states, Consumer<PartitionState> action) {
    if (states.size() == 1) {
      action.accept(states.get(0));
      return;
    }
    // Its threads have the caller's class loader, which knows the user's classes.
    ExecutorService threads =
        Executors.newFixedThreadPool(Math.min(AT_ONCE, states.size()), Distribution::thread);
    try {
      CompletableFuture.allOf(
              states.stream()
                  .map(each -> CompletableFuture.runAsync(() -> action.accept(each), threads))
                  .toArray(CompletableFuture[]::new))
          .join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      throw e.getCause() instanceof RuntimeException cause ? cause : e;
    } finally {
      threads.shutdown();
    }
  }

  private static Thread thread(Runnable task) {
    Thread thread = new Thread(task, "mqtt-assign");
    thread.setDaemon(true);
    return thread;
  }

  private void assign(PartitionState state, NodeLink to) {
    try {
      state.assign(to);
      LOG.info("Partition {} goes to node {}, epoch {}", state.partition(), to.address(), epoch);
    } catch (RuntimeException e) {
      if (nodes.isFixed()) {
        throw e;
      }
      state.fail(e);
    }
  }
}
