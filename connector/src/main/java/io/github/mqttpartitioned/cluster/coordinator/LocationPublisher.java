// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.cluster.coordinator;

import io.github.mqttpartitioned.cluster.NodeAddress;
import io.github.mqttpartitioned.cluster.PartitionLocations;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Tells each node where the partitions of a source are, and which have stopped for good: once, and
 * again after each change. Used only by a thread that holds the coordinator's lock.
 */
final class LocationPublisher {

  private final String sourceId;
  private PartitionLocations published = PartitionLocations.UNKNOWN;
  private Set<NodeLink> informed = Set.of();

  LocationPublisher(String sourceId) {
    this.sourceId = sourceId;
  }

  void publish(List<NodeLink> live, List<PartitionState> partitions) {
    PartitionLocations locations = locations(partitions);
    for (NodeLink node : live) {
      if (!locations.equals(published) || !informed.contains(node)) {
        node.publishLocations(sourceId, locations);
      }
    }
    published = locations;
    informed = Set.copyOf(live);
  }

  private static PartitionLocations locations(List<PartitionState> partitions) {
    Map<Integer, NodeAddress> nodes = new HashMap<>();
    Map<Integer, String> failed = new HashMap<>();
    for (PartitionState each : partitions) {
      RuntimeException failure = each.failure();
      if (failure != null) {
        failed.put(each.partition(), String.valueOf(failure.getMessage()));
      }
      NodeLink node = each.node();
      if (node != null) {
        nodes.put(each.partition(), node.address());
      }
    }
    return new PartitionLocations(nodes, failed);
  }
}
