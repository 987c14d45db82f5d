// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.cluster.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.testkit.Seeded;
import io.github.mqttpartitioned.testkit.Soak;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class PlacementTest {

  private static List<String> place(List<String> nodes, String... present) {
    return Placement.of(nodes, Arrays.asList(present), partition -> Set.copyOf(nodes));
  }

  private static List<String> nobody(int partitions) {
    return Collections.nCopies(partitions, null);
  }

  @Test
  void newPartitionsAreSpreadEvenly() {
    assertThat(place(List.of("a", "b", "c"), nobody(7).toArray(String[]::new)))
        .containsExactly("a", "b", "c", "a", "b", "c", "a");
  }

  @Test
  void fewerPartitionsThanNodesTakeOneEach() {
    assertThat(place(List.of("a", "b", "c"), null, null)).containsExactly("a", "b");
  }

  @Test
  void withoutNodesNothingIsPlaced() {
    assertThat(place(List.of(), null, "gone")).containsExactly(null, null);
  }

  @Test
  void whatIsPlacedStays() {
    assertThat(place(List.of("a", "b"), "b", "a", "b", "a")).containsExactly("b", "a", "b", "a");
  }

  @Test
  void whatALostNodeHeldGoesToTheLeastLoaded() {
    assertThat(place(List.of("a", "b"), "a", "lost", "a", "b")).containsExactly("a", "b", "a", "b");
  }

  @Test
  void nodeThatComesLaterGetsItsShareWithTheFewestMoves() {
    List<String> placed = place(List.of("a", "b", "c"), "a", "a", "a", "b", "b", "b");
    assertThat(placed).filteredOn("c"::equals).hasSize(2);
    assertThat(placed).filteredOn("a"::equals).hasSize(2);
    assertThat(moves(List.of("a", "a", "a", "b", "b", "b"), placed)).isEqualTo(2);
  }

  @Test
  void partitionWhoseStoreIsNowhereWaits() {
    assertThat(
            Placement.of(
                List.of("a", "b"),
                Arrays.asList("a", null),
                partition -> partition == 0 ? Set.of("a") : Set.<String>of()))
        .containsExactly("a", null);
  }

  @Test
  void partitionDoesNotLeaveItsHostForTheSakeOfEvenness() {
    assertThat(
            Placement.of(
                List.of("a1", "a2", "b1"),
                Arrays.asList("a1", "a1", "a1", "a1"),
                partition -> Set.of("a1", "a2")))
        .containsExactly("a2", "a2", "a1", "a1");
  }

  @Test
  void isEvenStableAndWithinWhatIsAllowed() {
    Seeded.run(1, random -> tryPlacements(500, random));
  }

  @Tag(Soak.TAG)
  @Test
  void isEvenStableAndWithinWhatIsAllowedLongRun() {
    Seeded.run(1, random -> tryPlacements(100_000, random));
  }

  private static void tryPlacements(int rounds, Random random) {
    for (int round = 0; round < rounds; round++) {
      List<String> nodes =
          IntStream.range(0, 1 + random.nextInt(6)).mapToObj(i -> "n" + i).toList();
      List<Set<String>> allowed = new ArrayList<>();
      List<String> present = new ArrayList<>();
      int partitions = random.nextInt(20);
      for (int partition = 0; partition < partitions; partition++) {
        // As hosts do: a partition may go to the nodes of one of two hosts, or to any.
        int host = random.nextInt(3);
        Set<String> may = new LinkedHashSet<>();
        for (int node = 0; node < nodes.size(); node++) {
          if (host == 2 || node % 2 == host) {
            may.add(nodes.get(node));
          }
        }
        allowed.add(may);
        present.add(random.nextBoolean() ? "n" + random.nextInt(8) : null);
      }
      List<String> placed = Placement.of(nodes, present, allowed::get);
      for (int partition = 0; partition < placed.size(); partition++) {
        String node = placed.get(partition);
        if (node == null) {
          assertThat(allowed.get(partition)).isEmpty();
        } else {
          assertThat(allowed.get(partition)).contains(node);
          for (String other : allowed.get(partition)) {
            assertThat(load(placed, node) - load(placed, other)).isLessThanOrEqualTo(1);
          }
        }
      }
      assertThat(Placement.of(nodes, placed, allowed::get)).isEqualTo(placed);
      assertThat(new HashSet<>(nodes))
          .containsAll(placed.stream().filter(Objects::nonNull).toList());
    }
  }

  private static long load(List<String> placed, String node) {
    return placed.stream().filter(node::equals).count();
  }

  private static long moves(List<String> before, List<String> after) {
    return IntStream.range(0, before.size())
        .filter(i -> !before.get(i).equals(after.get(i)))
        .count();
  }
}
