// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.cluster.coordinator;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Decides which node hosts which partition: as evenly as possible, with as few moves as that needs.
 * A partition goes only to a node that reaches its store. A pure function.
 *
 * @param <N> a node
 */
final class Placement<N> {

  private final List<N> nodes;
  private final IntFunction<Set<N>> allowed;
  private final List<@Nullable N> placed = new ArrayList<>();
  private final Map<N, Integer> load = new HashMap<>();

  private Placement(List<N> nodes, IntFunction<Set<N>> allowed) {
    this.nodes = nodes;
    this.allowed = allowed;
    nodes.forEach(node -> load.put(node, 0));
  }

  /**
   * Places all partitions.
   *
   * @param nodes that live, in an order that settles ties
   * @param present node of each partition, null for none
   * @param allowed by number of a partition: nodes that may host it
   * @return node of each partition, null where no node may host it
   */
  static <N> List<@Nullable N> of(
      List<N> nodes, List<@Nullable N> present, IntFunction<Set<N>> allowed) {
    Placement<N> placement = new Placement<>(nodes, allowed);
    placement.keep(present);
    placement.placeOthers();
    placement.level();
    return placement.placed;
  }

  /** Leaves every partition where it is, if it may be there. */
  private void keep(List<@Nullable N> present) {
    for (int partition = 0; partition < present.size(); partition++) {
      N node = present.get(partition);
      boolean stays = node != null && isAllowed(partition, node);
      placed.add(stays ? node : null);
      if (node != null && stays) {
        load.merge(node, 1, Integer::sum);
      }
    }
  }

  /** Those with the fewest choices come first. */
  private void placeOthers() {
    IntStream.range(0, placed.size())
        .filter(partition -> placed.get(partition) == null)
        .boxed()
        .sorted(Comparator.comparingInt(partition -> allowed.apply(partition).size()))
        .forEach(
            partition ->
                leastLoaded(partition)
                    .ifPresent(
                        node -> {
                          placed.set(partition, node);
                          load.merge(node, 1, Integer::sum);
                        }));
  }

  /** Moves one partition after the other, as long as that makes the load more even. */
  private void level() {
    boolean moved = true;
    while (moved) {
      moved = false;
      for (int partition = 0; partition < placed.size(); partition++) {
        N from = placed.get(partition);
        if (from == null) {
          continue;
        }
        N to = leastLoaded(partition).orElse(from);
        if (load(from) - load(to) >= 2) {
          placed.set(partition, to);
          load.merge(from, -1, Integer::sum);
          load.merge(to, 1, Integer::sum);
          moved = true;
        }
      }
    }
  }

  private Optional<N> leastLoaded(int partition) {
    return nodes.stream()
        .filter(node -> isAllowed(partition, node))
        .min(Comparator.comparingInt(this::load));
  }

  private boolean isAllowed(int partition, N node) {
    return load.containsKey(node) && allowed.apply(partition).contains(node);
  }

  private int load(N node) {
    return load.getOrDefault(node, 0);
  }
}
