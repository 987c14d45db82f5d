// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.cluster.coordinator;

import io.github.mqttpartitioned.cluster.Assignment;
import io.github.mqttpartitioned.cluster.NodeAddress;
import io.github.mqttpartitioned.cluster.PartitionLocations;
import io.github.mqttpartitioned.receiver.PartitionStatus;
import org.jspecify.annotations.Nullable;

/**
 * What the coordinator asks of a node. Thread-safe; no call waits for a broker or a disk but {@link
 * #release}, and {@link #assign} in local mode.
 */
public interface NodeLink {

  /** Which node it is. */
  NodeAddress address();

  /** Whether the store of an assignment lies within the node's reach. */
  boolean hasStore(Assignment assignment);

  /**
   * Starts to hold a partition. {@link #status} tells how it goes.
   *
   * @throws IllegalStateException when the node already holds it
   */
  void assign(Assignment assignment);

  /**
   * How a partition is doing, as last heard; null as long as the node has not said yet.
   *
   * @throws IllegalStateException when the node does not hold it
   */
  @Nullable PartitionStatus status(String sourceId, int partition);

  /** Allows the node to drop what lies wholly below {@code before}, in its own time. */
  void trim(String sourceId, int partition, long before);

  /**
   * Tells that Spark is done with everything below {@code before}. With {@link
   * io.github.mqttpartitioned.option.AckMode#PROCESSED} it is acknowledged now. A lower offset than
   * before changes nothing.
   */
  void processed(String sourceId, int partition, long before);

  /**
   * What the node has measured, in Prometheus' text format, of all sources that it serves. Unlike
   * the other calls, this one may wait.
   */
  String scrape();

  /** Tells the node where the partitions are, for tasks that run there. */
  void announce(String sourceId, PartitionLocations whereabouts);

  /**
   * Stops to hold one partition: what is being stored is finished and acknowledged, the member is
   * disconnected, the store closed. Does nothing when the node does not hold it.
   */
  void release(String sourceId, int partition);

  /** Stops to hold all partitions of a source. Does nothing when the node holds none. */
  void release(String sourceId);
}
