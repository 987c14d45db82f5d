// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.cluster.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.cluster.NodeAddress;
import io.github.mqttpartitioned.cluster.PartitionAssignment;
import io.github.mqttpartitioned.testkit.Seeded;
import io.github.mqttpartitioned.testkit.Soak;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Nodes of three hosts join and are lost in random order, hosts stay away for good and come back,
 * the query starts anew: each partition is at one node at most, on the host where its store is,
 * evenly within the host, and moves only to a node that has just joined.
 */
class CoordinatorRandomTest extends CoordinatorFixture {

  private static final List<String> HOSTS = List.of("a", "b", "c");
  private static final int MOST_NODES = 7;
  private static final long LOOK_NANOS = 20_000;
  private static final int OPERATIONS = 500;
  private static final int SOAK_OPERATIONS = 100_000;

  /** What was wrong at the moment of an assignment, which another thread makes. */
  private final List<String> violations = new CopyOnWriteArrayList<>();

  private final AtomicLong planned = new AtomicLong();
  private int nodesEver;

  @Test
  void partitionsAreWhereTheirStoresAre() {
    Seeded.run(1, random -> operations(OPERATIONS, random));
  }

  @Tag(Soak.TAG)
  @Test
  void partitionsAreWhereTheirStoresAreOverManyOperations() {
    Seeded.run(1, random -> operations(SOAK_OPERATIONS, random));
  }

  private void operations(int count, Random random) {
    failOnLoss = false;
    join("a");
    join("b");
    start(0, false);
    Map<Integer, FakeLink> before = settled();
    for (int operation = 0; operation < count; operation++) {
      events.clear();
      planned.addAndGet(random.nextInt(10));
      coordinator.planned(LongStream.generate(planned::get).limit(partitions).toArray());
      FakeLink joined = null;
      boolean anew = false;
      int kind = random.nextInt(100);
      if (kind < 2) {
        coordinator.close();
        live.forEach(link -> assertThat(link.held).isEmpty());
        start(planned.get(), true);
        anew = true;
      } else if (kind < 5 && !live.isEmpty()) {
        settled();
        clock.addAndGet(recovery.toNanos());
        before = settled();
        assertThat(before).as("nothing waits any more").hasSize(partitions);
      } else if (live.size() < MOST_NODES && (live.isEmpty() || random.nextBoolean())) {
        joined = join(HOSTS.get(random.nextInt(HOSTS.size())));
      } else if (!live.isEmpty()) {
        live.remove(random.nextInt(live.size()));
      }
      Map<Integer, FakeLink> after = settled();
      if (!anew) {
        assertStayed(before, after, joined);
      }
      before = after;
    }
  }

  private FakeLink join(String host) {
    return node(host + nodesEver++);
  }

  /** Waits until the coordinator has seen the nodes that there are; who holds what then. */
  private Map<Integer, FakeLink> settled() {
    int done;
    do {
      done = events.size();
      // The second look begins when all is done that followed from the first.
      awaitLook();
      awaitLook();
    } while (events.size() > done);
    assertThat(violations).isEmpty();
    Map<Integer, FakeLink> nodes = new HashMap<>();
    for (FakeLink link : live) {
      for (int partition : link.held.keySet()) {
        assertThat(nodes.put(partition, link)).as("other node of %s", partition).isNull();
      }
    }
    assertWhereStoresAre(nodes);
    assertEven(nodes);
    Map<Integer, NodeAddress> addresses = new HashMap<>();
    nodes.forEach((partition, link) -> addresses.put(partition, link.address()));
    live.forEach(link -> assertThat(link.told.nodes()).isEqualTo(addresses));
    return nodes;
  }

  private void awaitLook() {
    int before = looks.get();
    changed.run();
    long end = System.nanoTime() + LIMIT.toNanos();
    while (looks.get() == before) {
      assertThat(System.nanoTime()).as("time for a look at the nodes").isLessThan(end);
      LockSupport.parkNanos(LOOK_NANOS);
    }
  }

  private void assertWhereStoresAre(Map<Integer, FakeLink> nodes) {
    for (int partition = 0; partition < partitions; partition++) {
      PartitionAssignment noted = last.partitions().get(partition);
      String store = noted.directoryName();
      boolean reachable = live.stream().anyMatch(link -> link.disk().contains(store));
      FakeLink node = nodes.get(partition);
      assertThat(node != null).as("%s is held", store).isEqualTo(reachable);
      if (node != null) {
        assertThat(node.disk()).contains(store);
        assertThat(node.address().host()).isEqualTo(noted.host());
      }
    }
  }

  private void assertEven(Map<Integer, FakeLink> nodes) {
    for (FakeLink node : nodes.values()) {
      for (FakeLink other : live) {
        if (other.address().host().equals(node.address().host())) {
          assertThat(node.held.size() - other.held.size())
              .as("%s more than %s", node.address(), other.address())
              .isLessThanOrEqualTo(1);
        }
      }
    }
  }

  private void assertStayed(
      Map<Integer, FakeLink> before, Map<Integer, FakeLink> after, FakeLink joined) {
    before.forEach(
        (partition, node) -> {
          if (live.contains(node)) {
            assertThat(after.get(partition)).as("node of %s", partition).isIn(node, joined);
          }
        });
  }

  @Override
  void assigning(FakeLink link, PartitionAssignment assignment) {
    int partition = assignment.partition();
    String store = assignment.directoryName();
    PartitionAssignment noted = last.partitions().get(partition);
    if (!noted.equals(assignment) || !noted.host().equals(link.address().host())) {
      violations.add(store + " goes to " + link.address() + ", noted is " + noted);
    }
    if (live.stream().anyMatch(other -> other.held.containsKey(partition))) {
      violations.add(store + " goes to " + link.address() + " and is held already");
    }
    boolean isNew = !link.disk().contains(store);
    if (isNew && disks.values().stream().anyMatch(disk -> disk.contains(store))) {
      violations.add(store + " is created on " + link.address() + ", and there is one");
    }
    if (isNew && assignment.firstOffset() < planned.get()) {
      violations.add(store + " begins at " + assignment.firstOffset() + " below " + planned);
    }
  }
}
