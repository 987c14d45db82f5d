// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.cluster;

import java.util.Map;

/**
 * Where a source's partitions are, for tasks that read them. One that waits for its host is in
 * neither map.
 *
 * @param holders by partition: the node that holds it
 * @param failed by partition that has stopped for good: why
 */
public record PartitionLocations(Map<Integer, NodeAddress> holders, Map<Integer, String> failed) {

  /** Nothing is known. */
  public static final PartitionLocations UNKNOWN = new PartitionLocations(Map.of(), Map.of());

  public PartitionLocations {
    holders = Map.copyOf(holders);
    failed = Map.copyOf(failed);
  }
}
