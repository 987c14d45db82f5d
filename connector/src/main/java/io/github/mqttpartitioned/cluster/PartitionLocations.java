// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.cluster;

import java.util.Map;

/**
 * Where a source's partitions are, for tasks that read them. A partition that waits for its host is
 * in neither map.
 *
 * @param nodes by partition: the node that hosts it
 * @param failed by partition that has stopped for good: the reason
 */
public record PartitionLocations(Map<Integer, NodeAddress> nodes, Map<Integer, String> failed) {

  /** Nothing is known. */
  public static final PartitionLocations UNKNOWN = new PartitionLocations(Map.of(), Map.of());

  public PartitionLocations {
    nodes = Map.copyOf(nodes);
    failed = Map.copyOf(failed);
  }
}
