// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.stream;

import io.github.mqttpartitioned.block.LogExtent;
import io.github.mqttpartitioned.cluster.NodeAddress;
import io.github.mqttpartitioned.cluster.PartitionAssignments;
import io.github.mqttpartitioned.cluster.coordinator.Coordinator;
import io.github.mqttpartitioned.cluster.coordinator.NodeLink;
import io.github.mqttpartitioned.cluster.coordinator.Nodes;
import io.github.mqttpartitioned.option.settings.SourceSettings;
import io.github.mqttpartitioned.receiver.PartitionStatus;
import io.github.mqttpartitioned.receiver.Progress;
import io.github.mqttpartitioned.spark.stream.plan.SourceOffset;
import io.github.mqttpartitioned.spark.stream.plan.StoredMessages;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The partitions of a running source: the {@link Coordinator}, asked and told in {@link
 * SourceOffset}s. Thread-safe.
 */
final class SourcePartitions implements LiveSources.Live, AutoCloseable {

  private final Coordinator coordinator;

  private SourcePartitions(Coordinator coordinator) {
    this.coordinator = coordinator;
  }

  /**
   * Finds the nodes. No partition is assigned yet.
   *
   * @param last assignment, with the epoch of this run; it is in the checkpoint
   * @param log makes each later assignment durable
   * @param planned the highest offsets that Spark has ever planned
   * @param recovery how long a partition waits for the host of its store
   */
  static SourcePartitions open(
      ResolvedSource source,
      PartitionAssignments last,
      PartitionAssignments.Log log,
      SourceOffset planned,
      DataLoss loss,
      Duration recovery) {
    SourceSettings settings = source.settings();
    boolean[] hadStore = new boolean[settings.partitions()];
    for (int partition = 0; partition < hadStore.length; partition++) {
      hadStore[partition] = partition < source.identity().begun() || planned.get(partition) > 0;
    }
    Nodes nodes = source.host().nodes().open(settings, last.epoch());
    try {
      return new SourcePartitions(
          new Coordinator(settings, nodes, last, log, planned.toArray(), hadStore, loss, recovery));
    } catch (Throwable e) {
      nodes.close();
      throw e;
    }
  }

  /**
   * Assigns every partition, and waits until each member has been connected once.
   *
   * @param all whether to wait also for partitions whose host is away
   * @throws RuntimeException the first failure of a member or a store
   */
  void connect(boolean all) {
    coordinator.start(all);
  }

  boolean areAllConnected() {
    return coordinator.status().stream().allMatch(SourcePartitions::wasConnected);
  }

  boolean isAnyConnected() {
    return coordinator.status().stream().anyMatch(SourcePartitions::wasConnected);
  }

  private static boolean wasConnected(PartitionStatus status) {
    return status.counts().connections() > 0;
  }

  /**
   * What the stores hold.
   *
   * @throws RuntimeException the failure of a partition that has stopped for good
   */
  StoredMessages stored() {
    checkFailures();
    return new StoredMessages(coordinator.status());
  }

  /** As {@link #stored}, but a partition that has stopped for good shows what it held. */
  @Override
  public StoredMessages lastStored() {
    return new StoredMessages(coordinator.status());
  }

  private List<LogExtent> checkFailures() {
    return coordinator.extents();
  }

  /** The offset behind the last stored message of a partition. */
  long next(int partition) {
    return coordinator.status(partition).extent().next();
  }

  /** The offset below which a real-time task has read everything; 0 if there is no such task. */
  long followed(int partition) {
    return coordinator.status(partition).followed();
  }

  /** The node that hosts a partition; empty while the partition waits. */
  @Override
  public Optional<NodeAddress> host(int partition) {
    return coordinator.hostingNode(partition);
  }

  /** The nodes that can be reached now. */
  List<NodeLink> nodes() {
    return coordinator.nodes();
  }

  /** Takes note of offsets that Spark may have in its log: no message gets them again. */
  void planned(SourceOffset until) {
    coordinator.planned(until.toArray());
  }

  /** Tells the nodes that everything before {@code before} is processed. */
  void processed(SourceOffset before) {
    coordinator.progress(partition -> Progress.ofProcessed(before.get(partition)));
  }

  /** Allows the stores to drop what lies wholly before {@code before}. */
  void trim(SourceOffset before) {
    coordinator.progress(partition -> Progress.ofTrim(before.get(partition)));
  }

  @Override
  public void close() {
    coordinator.close();
  }
}
