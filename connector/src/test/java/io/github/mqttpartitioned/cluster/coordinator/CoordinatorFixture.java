// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.cluster.coordinator;

import io.github.mqttpartitioned.block.LogExtent;
import io.github.mqttpartitioned.cluster.NodeAddress;
import io.github.mqttpartitioned.cluster.PartitionAssignment;
import io.github.mqttpartitioned.cluster.PartitionAssignments;
import io.github.mqttpartitioned.cluster.PartitionLocations;
import io.github.mqttpartitioned.option.settings.SourceSettings;
import io.github.mqttpartitioned.receiver.PartitionStatus;
import io.github.mqttpartitioned.receiver.PartitionStatus.Counts;
import io.github.mqttpartitioned.receiver.PartitionStatus.State;
import io.github.mqttpartitioned.receiver.Progress;
import io.github.mqttpartitioned.testkit.Await;
import io.github.mqttpartitioned.testkit.TestSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;

/** A coordinator and nodes that come and go, their stores in memory, by host. */
abstract class CoordinatorFixture {

  static final Duration LIMIT = Duration.ofSeconds(30);

  Duration recovery = Duration.ofMinutes(5);

  final Map<String, Set<String>> disks = new ConcurrentHashMap<>();
  final List<FakeLink> live = new CopyOnWriteArrayList<>();
  final List<String> events = new CopyOnWriteArrayList<>();
  final AtomicLong clock = new AtomicLong();

  /** How often the coordinator has looked for nodes. */
  final AtomicInteger looks = new AtomicInteger();

  final int partitions = 4;
  int retired;

  /** Partitions whose members do not reach the broker yet. */
  final Set<Integer> connecting = ConcurrentHashMap.newKeySet();

  boolean failOnLoss = true;
  Runnable changed = () -> {};
  volatile Runnable beforeRelease = () -> {};
  PartitionAssignments last = PartitionAssignments.none(partitions);
  Coordinator coordinator;

  @AfterEach
  void close() {
    if (coordinator != null) {
      coordinator.close();
    }
  }

  final class FakeLink implements NodeLink {
    final NodeAddress address;
    final Map<Integer, Long> held = new ConcurrentHashMap<>();
    final Map<Integer, Boolean> connectedBefore = new ConcurrentHashMap<>();
    volatile PartitionLocations told = PartitionLocations.UNKNOWN;

    FakeLink(String name, String host) {
      this.address = new NodeAddress(name, host, 1);
    }

    @Override
    public NodeAddress address() {
      return address;
    }

    @Override
    public boolean hasStore(SourceSettings source, PartitionAssignment assignment) {
      return disk().contains(assignment.directoryName());
    }

    Set<String> disk() {
      return disks.computeIfAbsent(address.host(), host -> ConcurrentHashMap.newKeySet());
    }

    @Override
    public void assign(SourceSettings source, PartitionAssignment assignment) {
      assigning(this, assignment);
      String name = assignment.directoryName();
      events.add(name + " at " + assignment.firstOffset() + " to " + address.name());
      disk().add(name);
      connectedBefore.put(assignment.partition(), assignment.connectedBefore());
      held.put(assignment.partition(), assignment.firstOffset());
    }

    @Override
    public PartitionStatus status(String sourceId, int partition) {
      Long first = held.get(partition);
      return first == null
          ? null
          : new PartitionStatus(
              connecting.contains(partition) ? State.CONNECTING : State.CONNECTED,
              null,
              LogExtent.emptyAt(first),
              0,
              new Counts(0, 0, 0, 0, 0, 0, connecting.contains(partition) ? 0 : 1, 0, 0, 0));
    }

    @Override
    public void progress(String sourceId, int partition, Progress progress) {
      events.add("p" + partition + " " + progress + " at " + address().name());
    }

    @Override
    public String scrape() {
      return "";
    }

    @Override
    public void publishLocations(String sourceId, PartitionLocations locations) {
      told = locations;
    }

    @Override
    public void release(String sourceId, int partition) {
      events.add("release " + partition + " from " + address.name());
      beforeRelease.run();
      held.remove(partition);
    }

    @Override
    public void release(String sourceId) {
      held.clear();
    }
  }

  /** Called before a node takes an assignment, by the thread that makes it. */
  void assigning(FakeLink link, PartitionAssignment assignment) {}

  FakeLink node(String name) {
    FakeLink link = new FakeLink(name, name.substring(0, 1));
    live.add(link);
    return link;
  }

  void start(long planned, boolean begun) {
    long[] offsets = new long[partitions];
    boolean[] needsStore = new boolean[partitions];
    Arrays.fill(offsets, planned);
    Arrays.fill(needsStore, begun);
    Nodes nodes =
        new Nodes() {
          @Override
          public List<NodeLink> live() {
            looks.incrementAndGet();
            return List.copyOf(live);
          }

          @Override
          public boolean isFixed() {
            return false;
          }

          @Override
          public void onChange(Runnable listener) {
            changed = listener;
          }

          @Override
          public void close() {}
        };
    last = last.nextEpoch();
    coordinator =
        new Coordinator(
            settings(),
            nodes,
            last,
            assignments -> {
              events.add("write");
              last = assignments;
            },
            offsets,
            needsStore,
            guard(),
            recovery,
            clock::get);
    coordinator.start(!begun);
  }

  StoreGuard guard() {
    return new StoreGuard() {
      @Override
      public void missing(int partition, long next) {
        events.add("missing " + partition + " at " + next);
        if (failOnLoss) {
          throw new IllegalStateException("store of partition " + partition + " is lost");
        }
      }

      @Override
      public void requireNotOlder(int partition, long planned, LogExtent extent) {}
    };
  }

  SourceSettings settings() {
    return new TestSettings("tcp://broker", Path.of("/stores"))
        .sourceId("source-" + System.identityHashCode(this))
        .partitions(partitions)
        .retired(retired)
        .build();
  }

  Map<String, Set<Integer>> held() {
    Map<String, Set<Integer>> held = new HashMap<>();
    for (FakeLink link : live) {
      held.put(link.address().name(), new TreeSet<>(link.held.keySet()));
    }
    return held;
  }

  void lose(FakeLink link) {
    live.remove(link);
    changed.run();
  }

  void awaitHeld(Map<String, Set<Integer>> expected) {
    Await.value("partitions by node", LIMIT, this::held, expected::equals);
  }

  void awaitStates(State... expected) {
    Await.value(
        "states",
        LIMIT,
        () -> coordinator.status().stream().map(PartitionStatus::state).toList(),
        List.of(expected)::equals);
  }
}
