// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.cluster.coordinator;

import io.github.mqttpartitioned.cluster.NodeAddress;
import io.github.mqttpartitioned.cluster.PartitionLocations;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Tells nodes where the partitions of a source are, and which have stopped for good: once, and
 * again when that is different. Confined to whoever holds the coordinator's lock.
 */
final class LocationPublisher {

  private final String sourceId;
  private PartitionLocations announced = PartitionLocations.UNKNOWN;
  private Set<NodeLink> informed = Set.of();

  LocationPublisher(String sourceId) {
    this.sourceId = sourceId;
  }

  void make(List<NodeLink> live, List<PartitionState> seats) {
    PartitionLocations whereabouts = whereabouts(seats);
    for (NodeLink node : live) {
      if (!whereabouts.equals(announced) || !informed.contains(node)) {
        node.announce(sourceId, whereabouts);
      }
    }
    announced = whereabouts;
    informed = Set.copyOf(live);
  }

  private static PartitionLocations whereabouts(List<PartitionState> seats) {
    Map<Integer, NodeAddress> holders = new HashMap<>();
    Map<Integer, String> failed = new HashMap<>();
    for (PartitionState seat : seats) {
      RuntimeException failure = seat.failure();
      if (failure != null) {
        failed.put(seat.partition(), String.valueOf(failure.getMessage()));
      }
      NodeLink holder = seat.holder();
      if (holder != null) {
        holders.put(seat.partition(), holder.address());
      }
    }
    return new PartitionLocations(holders, failed);
  }
}
