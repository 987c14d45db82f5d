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
 * Decides which node holds which partition: as even as may be, with as few moves as that takes. A
 * partition goes only where it may, which is where its store lies. A pure function.
 *
 * @param <N> a node
 */
final class Placement<N> {

  private final List<N> nodes;
  private final IntFunction<Set<N>> allowed;
  private final List<@Nullable N> holders = new ArrayList<>();
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
   * @param present holder of each partition, null for none
   * @param allowed nodes that may hold a partition, by its number
   * @return holder of each partition, null where no node may hold it
   */
  static <N> List<@Nullable N> of(
      List<N> nodes, List<@Nullable N> present, IntFunction<Set<N>> allowed) {
    Placement<N> placement = new Placement<>(nodes, allowed);
    placement.keep(present);
    placement.placeOthers();
    placement.level();
    return placement.holders;
  }

  /** Leaves every partition where it is, if it may be there. */
  private void keep(List<@Nullable N> present) {
    for (int partition = 0; partition < present.size(); partition++) {
      N holder = present.get(partition);
      boolean stays = holder != null && isAllowed(partition, holder);
      holders.add(stays ? holder : null);
      if (holder != null && stays) {
        load.merge(holder, 1, Integer::sum);
      }
    }
  }

  /** Those with the fewest choices come first. */
  private void placeOthers() {
    IntStream.range(0, holders.size())
        .filter(partition -> holders.get(partition) == null)
        .boxed()
        .sorted(Comparator.comparingInt(partition -> allowed.apply(partition).size()))
        .forEach(
            partition ->
                leastLoaded(partition)
                    .ifPresent(
                        node -> {
                          holders.set(partition, node);
                          load.merge(node, 1, Integer::sum);
                        }));
  }

  /** Moves one partition after the other, as long as that makes the load more even. */
  private void level() {
    boolean moved = true;
    while (moved) {
      moved = false;
      for (int partition = 0; partition < holders.size(); partition++) {
        N from = holders.get(partition);
        if (from == null) {
          continue;
        }
        N to = leastLoaded(partition).orElse(from);
        if (load(from) - load(to) >= 2) {
          holders.set(partition, to);
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
