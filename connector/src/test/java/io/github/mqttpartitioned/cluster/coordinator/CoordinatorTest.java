// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.cluster.coordinator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.github.mqttpartitioned.cluster.ClusterTimeouts;
import io.github.mqttpartitioned.cluster.PartitionAssignment;
import io.github.mqttpartitioned.cluster.PartitionAssignments;
import io.github.mqttpartitioned.receiver.PartitionStatus.State;
import io.github.mqttpartitioned.receiver.Progress;
import io.github.mqttpartitioned.testkit.Await;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Where partitions go, and what happens when their nodes do. */
class CoordinatorTest extends CoordinatorFixture {

  private static PartitionAssignment assignment(
      int partition, String host, int generation, long firstOffset) {
    return new PartitionAssignment(partition, host, generation, firstOffset, false);
  }

  @Test
  void partitionsAreSpreadAndWrittenDownFirst() {
    node("a1");
    FakeLink other = node("b1");
    start(0, false);
    assertThat(held()).isEqualTo(Map.of("a1", Set.of(0, 2), "b1", Set.of(1, 3)));
    assertThat(events)
        .startsWith("write")
        .containsExactlyInAnyOrder(
            "write", "p0 at 0 to a1", "p1 at 0 to b1", "p2 at 0 to a1", "p3 at 0 to b1");
    assertThat(last)
        .isEqualTo(
            new PartitionAssignments(
                1,
                List.of(
                    assignment(0, "a", 0, 0),
                    assignment(1, "b", 0, 0),
                    assignment(2, "a", 0, 0),
                    assignment(3, "b", 0, 0))));
    assertThat(other.told.nodes()).containsOnlyKeys(0, 1, 2, 3);
  }

  /** Their members unsubscribe: where nobody else subscribes, Artemis drops what it holds. */
  @Test
  void retiredPartitionsComeWhenTheOthersAreConnected() {
    retired = 2;
    connecting.add(1);
    node("a1");
    CompletableFuture<Void> started = CompletableFuture.runAsync(() -> start(0, false));
    awaitHeld(Map.of("a1", Set.of(0, 1)));
    int before = looks.get();
    Await.until("another look", LIMIT, () -> looks.get() > before + 1);
    assertThat(held()).isEqualTo(Map.of("a1", Set.of(0, 1)));
    connecting.clear();
    started.join();
    assertThat(held()).isEqualTo(Map.of("a1", Set.of(0, 1, 2, 3)));
  }

  @Test
  void partitionThatMovesWhenTheRetiredOnesComeIsReleasedByItsNode() {
    retired = 1;
    connecting.add(1);
    node("a1");
    CompletableFuture<Void> started = CompletableFuture.runAsync(() -> start(0, false));
    awaitHeld(Map.of("a1", Set.of(0, 1, 2)));
    FakeLink other = new FakeLink("a2", "a");
    live.add(other);
    connecting.clear();
    started.join();
    Await.until(
        "each partition at one node",
        LIMIT,
        () ->
            held().values().stream().mapToInt(Set::size).sum() == partitions
                && other.held.size() == 2);
  }

  @Test
  void whatALostNodeHeldGoesToAnotherOneOfItsHost() {
    FakeLink lost = node("a1");
    node("b1");
    FakeLink heir = node("a2");
    start(0, false);
    lose(lost);
    awaitHeld(Map.of("a2", Set.of(0, 2, 3), "b1", Set.of(1)));
    Await.until("the new nodes", LIMIT, () -> heir.address().equals(heir.told.nodes().get(0)));
  }

  @Test
  void heirIsToldThatTheMemberHasBeenConnectedInThisRun() {
    FakeLink lost = node("a1");
    FakeLink heir = node("a2");
    start(0, false);
    assertThat(lost.connectedBefore).isEqualTo(Map.of(0, false, 2, false));
    lose(lost);
    awaitHeld(Map.of("a2", Set.of(0, 1, 2, 3)));
    assertThat(heir.connectedBefore).isEqualTo(Map.of(0, true, 1, false, 2, true, 3, false));
  }

  @Test
  void withoutAnotherOneItWaitsForTheHostWhileTheOthersGoOn() {
    FakeLink lost = node("a1");
    node("b1");
    start(0, false);
    lose(lost);
    awaitStates(State.WAITING, State.CONNECTED, State.WAITING, State.CONNECTED);
    clock.addAndGet(recovery.minusSeconds(1).toNanos());
    FakeLink back = node("a7");
    changed.run();
    awaitStates(State.CONNECTED, State.CONNECTED, State.CONNECTED, State.CONNECTED);
    assertThat(back.held).containsOnlyKeys(0, 2);
  }

  @Test
  void hostThatStaysAwayFailsTheQuery() {
    FakeLink lost = node("a1");
    FakeLink other = node("b1");
    start(0, false);
    lose(lost);
    awaitStates(State.WAITING, State.CONNECTED, State.WAITING, State.CONNECTED);
    clock.addAndGet(recovery.toNanos());
    changed.run();
    awaitStates(State.FAILED, State.CONNECTED, State.FAILED, State.CONNECTED);
    assertThatThrownBy(() -> coordinator.extents()).hasMessage("store of partition 0 is lost");
    // Tasks that wait for it are told, too: the batch would wait for them.
    Await.value(
        "what the other node was told",
        LIMIT,
        () -> other.told.failed(),
        Map.of(0, "store of partition 0 is lost", 2, "store of partition 2 is lost")::equals);
    assertThat(events).filteredOn("missing 0 at 0"::equals).hasSize(1);
  }

  @Test
  void lostStoreIsReplacedByOneOfAnotherNameWhereThatIsWanted() {
    failOnLoss = false;
    FakeLink lost = node("a1");
    node("b1");
    start(0, false);
    coordinator.planned(new long[] {50, 60, 70, 80});
    lose(lost);
    awaitStates(State.WAITING, State.CONNECTED, State.WAITING, State.CONNECTED);
    events.clear();
    clock.addAndGet(recovery.toNanos());
    changed.run();
    awaitStates(State.CONNECTED, State.CONNECTED, State.CONNECTED, State.CONNECTED);
    assertThat(events)
        .startsWith("missing 0 at 50", "missing 2 at 70", "write")
        .hasSize(5)
        .contains("p0.1 at 50 to b1", "p2.1 at 70 to b1");
    assertThat(last.partitions().get(0)).isEqualTo(assignment(0, "b", 1, 50).connected());
    // The lost disk turns up again: what lies there is not taken for the store that counts.
    node("a1");
    changed.run();
    coordinator.close();
    live.removeIf(link -> link.address().name().startsWith("b"));
    start(80, true);
    awaitStates(State.WAITING, State.WAITING, State.WAITING, State.WAITING);
  }

  /**
   * Paused until just before its lease ends, it then reads a question that waited in its socket.
   */
  @Test
  void storeIsNotReplacedWhileALostNodeMayHaveALease() {
    failOnLoss = false;
    recovery = Duration.ZERO;
    FakeLink lost = node("a1");
    node("b1");
    start(0, false);
    lose(lost);
    awaitStates(State.WAITING, State.CONNECTED, State.WAITING, State.CONNECTED);
    clock.addAndGet(ClusterTimeouts.LEASE.multipliedBy(2).minusSeconds(1).toNanos());
    int before = looks.get();
    Await.until("two looks at the nodes", LIMIT, () -> looks.get() > before + 1);
    assertThat(events).noneMatch(event -> event.startsWith("missing"));
    clock.addAndGet(Duration.ofSeconds(1).toNanos());
    changed.run();
    awaitStates(State.CONNECTED, State.CONNECTED, State.CONNECTED, State.CONNECTED);
  }

  @Test
  void noStoreIsGivenUpWhileThereIsNoNodeAtAll() {
    failOnLoss = false;
    FakeLink lost = node("a1");
    FakeLink other = node("b1");
    start(0, false);
    coordinator.planned(new long[] {50, 60, 70, 80});
    lose(lost);
    lose(other);
    awaitStates(State.WAITING, State.WAITING, State.WAITING, State.WAITING);
    events.clear();
    clock.addAndGet(recovery.multipliedBy(2).toNanos());
    int before = looks.get();
    Await.until("two looks at the nodes", LIMIT, () -> looks.get() > before + 1);
    node("a2");
    changed.run();
    awaitStates(State.CONNECTED, State.WAITING, State.CONNECTED, State.WAITING);
    node("b2");
    changed.run();
    awaitHeld(Map.of("a2", Set.of(0, 2), "b2", Set.of(1, 3)));
    assertThat(events).noneMatch(event -> event.startsWith("missing"));
    assertThat(last.partitions().get(1)).isEqualTo(assignment(1, "b", 0, 60).connected());
  }

  @Test
  void restartFindsTheStoresWhereTheyLie() {
    node("a1");
    node("b1");
    start(0, false);
    coordinator.close();
    live.clear();
    events.clear();
    node("b3");
    node("c1");
    node("a4");
    start(10, true);
    assertThat(held()).isEqualTo(Map.of("a4", Set.of(0, 2), "b3", Set.of(1, 3), "c1", Set.of()));
  }

  /**
   * The driver was killed before all members were connected: some may have acknowledged. Then host
   * b is there, and a is not.
   */
  private CompletableFuture<Void> startAfterOneThatWasCutOff() {
    node("a1");
    node("b1");
    start(0, false);
    coordinator.close();
    live.clear();
    node("b2");
    CompletableFuture<Void> starting = CompletableFuture.runAsync(() -> start(0, false));
    awaitHeld(Map.of("b2", Set.of(1, 3)));
    return starting;
  }

  @Test
  void storesOfAFirstStartThatWasCutOffAreWaitedFor() {
    CompletableFuture<Void> starting = startAfterOneThatWasCutOff();
    assertThat(starting).isNotDone();
    node("a2");
    starting.join();
    assertThat(held()).isEqualTo(Map.of("a2", Set.of(0, 2), "b2", Set.of(1, 3)));
    assertThat(events).noneMatch(event -> event.startsWith("missing"));
  }

  @Test
  void hostOfAFirstStartThatWasCutOffFailsTheQueryWhenItStaysAway() {
    CompletableFuture<Void> starting = startAfterOneThatWasCutOff();
    clock.addAndGet(recovery.toNanos());
    assertThatThrownBy(starting::join).hasMessageContaining("store of partition 0 is lost");
  }

  /** The driver was killed between the note of the assignments and the making of the stores. */
  @Test
  void hostThatHasNoStoreAfterAFirstStartThatWasCutOffIsNotHeldTo() {
    last =
        new PartitionAssignments(
            1, IntStream.range(0, 4).mapToObj(p -> assignment(p, "a", 0, 0)).toList());
    node("a1");
    node("b1");
    start(0, false);
    assertThat(held()).isEqualTo(Map.of("a1", Set.of(0, 2), "b1", Set.of(1, 3)));
    assertThat(events).noneMatch(event -> event.startsWith("missing"));
  }

  @Test
  void progressOfAPartitionThatWaitsIsToldToItsNextHost() {
    FakeLink a1 = node("a1");
    start(0, false);
    lose(a1);
    awaitStates(State.WAITING, State.WAITING, State.WAITING, State.WAITING);
    coordinator.progress(partition -> Progress.ofTrim(partition == 0 ? 7 : 0));
    coordinator.progress(partition -> Progress.ofTrim(partition == 0 ? 5 : 0));
    coordinator.progress(partition -> Progress.ofProcessed(partition == 0 ? 9 : 0));
    node("a2");
    changed.run();
    awaitHeld(Map.of("a2", Set.of(0, 1, 2, 3)));
    Await.until(
        "the progress", LIMIT, () -> events.contains("p0 " + new Progress(9, 7) + " at a2"));
    assertThat(events).noneMatch(event -> event.startsWith("p1 Progress"));
  }

  @Test
  void progressThatIsNoNewsIsNotToldAgain() {
    node("a1");
    start(0, false);
    events.clear();
    for (long below : new long[] {3, 3, 2}) {
      coordinator.progress(partition -> partition == 1 ? Progress.ofTrim(below) : Progress.NONE);
    }
    assertThat(events).containsExactly("p1 " + Progress.ofTrim(3) + " at a1");
  }

  @Test
  void nodeThatComesLaterTakesItsShareOfItsHost() {
    node("a1");
    start(0, false);
    node("a2");
    node("b1");
    changed.run();
    awaitHeld(Map.of("a1", Set.of(2, 3), "a2", Set.of(0, 1), "b1", Set.of()));
    List<String> moves = new ArrayList<>(events);
    moves.removeIf(event -> !event.startsWith("release"));
    assertThat(moves).hasSize(2);
  }

  @Test
  void nodeThatIsSlowToLetGoHoldsUpNobodyElse() {
    CountDownLatch slow = new CountDownLatch(1);
    beforeRelease = () -> awaitQuietly(slow);
    node("a1");
    start(0, false);
    FakeLink later = node("a2");
    try {
      changed.run();
      Await.until("a release", LIMIT, () -> events.contains("release 0 from a1"));

      // The threads of the network tell what has changed; they must not wait.
      assertTimeoutPreemptively(
          LIMIT,
          () -> {
            changed.run();
            coordinator.close();
          });
    } finally {
      slow.countDown();
    }
    assertThat(later.held).isEmpty();
  }

  @Test
  void nodeThatCannotLetGoOfOnePartitionKeepsNoOther() {
    beforeRelease =
        () -> {
          throw new IllegalStateException("no answer");
        };
    node("a1");
    start(0, false);
    FakeLink later = node("a2");
    changed.run();
    Await.until("the new nodes", LIMIT, () -> later.held.keySet().equals(Set.of(0, 1)));
    assertThat(events).contains("release 0 from a1", "release 1 from a1");
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
