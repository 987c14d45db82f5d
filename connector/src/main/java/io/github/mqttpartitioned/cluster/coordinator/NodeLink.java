// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.cluster.coordinator;

import io.github.mqttpartitioned.cluster.NodeAddress;
import io.github.mqttpartitioned.cluster.PartitionAssignment;
import io.github.mqttpartitioned.cluster.PartitionLocations;
import io.github.mqttpartitioned.option.settings.SourceSettings;
import io.github.mqttpartitioned.receiver.PartitionStatus;
import io.github.mqttpartitioned.receiver.Progress;
import org.jspecify.annotations.Nullable;

/**
 * What the coordinator asks of a node. Requests take effect in the order in which they are made.
 *
 * <p>Thread-safe. No call waits for a network, a broker or a disk, except {@link #release}, {@link
 * #scrape} and, in local mode, {@link #assign}.
 */
public interface NodeLink {

  /** Name and place of the node. */
  NodeAddress address();

  /** Whether the node can reach the store of an assignment. */
  boolean hasStore(SourceSettings settings, PartitionAssignment assignment);

  /**
   * Has the node host a partition: open its store and connect its member. {@link #status} tells how
   * that goes.
   *
   * @throws IllegalStateException when the node hosts the partition already
   */
  void assign(SourceSettings settings, PartitionAssignment assignment);

  /**
   * How a partition is doing, as last heard; null until the node has reported it.
   *
   * @throws IllegalStateException when the node does not host the partition
   */
  @Nullable PartitionStatus status(String sourceId, int partition);

  /** Tells how far Spark is with a partition. Lower offsets than before change nothing. */
  void progress(String sourceId, int partition, Progress progress);

  /** What the node has measured for all sources that it serves, in Prometheus' text format. */
  String scrape();

  /** Tells the node where the partitions are, for tasks that run there. */
  void publishLocations(String sourceId, PartitionLocations locations);

  /**
   * Has the node give one partition back: it stores and acknowledges what has arrived, disconnects
   * the member and closes the store. Does nothing when the node does not host the partition.
   */
  void release(String sourceId, int partition);

  /** Has the node give all partitions of a source back. Does nothing when it hosts none. */
  void release(String sourceId);
}
