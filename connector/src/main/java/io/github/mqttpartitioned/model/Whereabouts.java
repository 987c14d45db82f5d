package io.github.mqttpartitioned.model;

import java.util.Map;

/**
 * Where a source's partitions are, for tasks that read them. One that waits for its host is in
 * neither map.
 *
 * @param holders by partition: the node that holds it
 * @param failed by partition that has stopped for good: why
 */
public record Whereabouts(Map<Integer, NodeAddress> holders, Map<Integer, String> failed) {

  /** Nothing is known. */
  public static final Whereabouts UNKNOWN = new Whereabouts(Map.of(), Map.of());

  public Whereabouts {
    holders = Map.copyOf(holders);
    failed = Map.copyOf(failed);
  }
}
