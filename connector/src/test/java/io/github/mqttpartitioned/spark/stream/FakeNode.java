// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.stream;

import io.github.mqttpartitioned.block.Block;
import io.github.mqttpartitioned.block.BlockCursor;
import io.github.mqttpartitioned.block.BlockSource;
import io.github.mqttpartitioned.block.LogExtent;
import io.github.mqttpartitioned.block.OffsetRange;
import io.github.mqttpartitioned.cluster.NodeAddress;
import io.github.mqttpartitioned.cluster.PartitionAssignment;
import io.github.mqttpartitioned.cluster.PartitionLocations;
import io.github.mqttpartitioned.cluster.coordinator.NodeLink;
import io.github.mqttpartitioned.cluster.coordinator.Nodes;
import io.github.mqttpartitioned.option.settings.SourceSettings;
import io.github.mqttpartitioned.receiver.PartitionStatus;
import io.github.mqttpartitioned.receiver.PartitionStatus.State;
import io.github.mqttpartitioned.receiver.Progress;
import io.github.mqttpartitioned.spark.executor.SparkHost;
import io.github.mqttpartitioned.spark.read.TestMessage;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;

/**
 * A node whose stores are in memory and whose messages a test puts there. Blocks are borrowed as
 * from a real store, and worse: when a cursor moves on, what it gave is overwritten. Thread-safe.
 */
public final class FakeNode implements NodeLink {

  /** What a partition has that outlives the query: the store on disk. */
  private static final class Store {
    final NavigableMap<Long, ByteBuffer> blocks = new TreeMap<>();
    long first;
    long earliest;
    long next;
  }

  /** An order to host a partition. */
  public record Assigned(SourceSettings settings, PartitionAssignment partition) {
    long firstOffset() {
      return partition.firstOffset();
    }
  }

  private final Map<Integer, Store> stores = new HashMap<>();
  private final Map<Integer, Assigned> held = new HashMap<>();
  private final IdentityHashMap<Assigned, Progress> progressed = new IdentityHashMap<>();
  public final List<String> calls = new ArrayList<>();
  State state = State.CONNECTED;
  RuntimeException problem;
  RuntimeException failTrim;

  /** Thrown once by the next call. */
  RuntimeException failProcessed;

  /** Thrown by each assignment. */
  Error failAssign;

  /** Thrown by each question for a status. */
  Error failStatus;

  /** What each store says that it takes on disk; below 0 for what its blocks take. */
  long storeBytes = -1;

  /** Partitions whose members have never been connected. */
  final Set<Integer> neverConnected = new HashSet<>();

  public int openCursors;

  public synchronized void append(int partition, List<TestMessage> messages) {
    Store store = store(partition);
    store.blocks.put(store.next, TestMessage.block(store.next, messages));
    store.next += messages.size();
  }

  /** Takes a store away, as when its disk is lost. */
  public synchronized void loseStore(int partition) {
    stores.remove(partition);
  }

  /** Takes the blocks below an offset away behind the query's back. */
  synchronized void loseBlocks(int partition, long before) {
    store(partition).blocks.headMap(before).clear();
    store(partition).earliest = before;
  }

  /** Connects a member that has never been connected. */
  synchronized void connect(int partition) {
    neverConnected.remove(partition);
  }

  synchronized void setNext(int partition, long next) {
    store(partition).next = next;
  }

  /** Calls so far, for another thread than the one that makes them. */
  public synchronized List<String> calls() {
    return List.copyOf(calls);
  }

  private Store store(int partition) {
    return stores.computeIfAbsent(partition, p -> new Store());
  }

  public synchronized Assigned assignment(int partition) {
    return held.get(partition);
  }

  synchronized boolean storeExists(Path directory) {
    String name = directory.getFileName().toString();
    return stores.containsKey(Integer.parseInt(name.replaceAll("p(\\d+).*", "$1")));
  }

  /** An application that this is the only node of. */
  public SparkHost host(int parallelism) {
    return new SparkHost(
        parallelism,
        new Configuration(),
        List.of(),
        (settings, epoch) -> Nodes.fixed(this),
        input -> {
          throw new UnsupportedOperationException("no tasks in this test");
        },
        needed -> parallelism,
        OptionalLong::empty);
  }

  @Override
  public NodeAddress address() {
    return new NodeAddress("fake", "localhost", 0);
  }

  @Override
  public boolean hasStore(SourceSettings settings, PartitionAssignment assignment) {
    return storeExists(assignment.directory(settings.storeDir()));
  }

  @Override
  public void publishLocations(String sourceId, PartitionLocations locations) {}

  @Override
  public synchronized void release(String sourceId, int partition) {
    calls.add("release " + partition);
    held.remove(partition);
  }

  @Override
  public synchronized void assign(SourceSettings settings, PartitionAssignment assignment) {
    int partition = assignment.partition();
    calls.add("assign " + partition + " at " + assignment.firstOffset());
    if (failAssign != null) {
      throw failAssign;
    }
    if (held.put(partition, new Assigned(settings, assignment)) != null) {
      throw new IllegalStateException("already held");
    }
    boolean isNew = !stores.containsKey(partition);
    Store store = store(partition);
    if (isNew) {
      store.first = assignment.firstOffset();
      store.next = assignment.firstOffset();
      store.earliest = assignment.firstOffset();
    }
  }

  @Override
  public synchronized PartitionStatus status(String sourceId, int partition) {
    if (failStatus != null) {
      throw failStatus;
    }
    if (!held.containsKey(partition)) {
      throw new IllegalStateException("not held");
    }
    Store store = store(partition);
    long bytes =
        storeBytes >= 0
            ? storeBytes
            : store.blocks.values().stream().mapToLong(ByteBuffer::remaining).sum();
    return new PartitionStatus(
        state,
        problem,
        new LogExtent(store.first, store.earliest, store.next),
        bytes,
        new PartitionStatus.Counts(
            store.next,
            0,
            store.next,
            0,
            0,
            0,
            neverConnected.contains(partition) ? 0 : 1,
            0,
            0,
            0));
  }

  @Override
  public synchronized void progress(String sourceId, int partition, Progress progress) {
    Assigned present = held.get(partition);
    Progress last = progressed.getOrDefault(present, Progress.NONE);
    RuntimeException failure = failProcessed;
    if (failure != null && progress.processedBelow() > last.processedBelow()) {
      failProcessed = null;
      throw failure;
    }
    progressed.put(present, progress);
    if (progress.processedBelow() > last.processedBelow()) {
      calls.add("processed " + partition + " before " + progress.processedBelow());
    }
    if (progress.trimBelow() > last.trimBelow()) {
      calls.add("trim " + partition + " before " + progress.trimBelow());
      trim(partition, progress.trimBelow());
    }
  }

  private void trim(int partition, long before) {
    if (failTrim != null) {
      throw failTrim;
    }
    Store store = store(partition);
    Long block = store.blocks.floorKey(before);
    if (block != null) {
      store.blocks.headMap(block).clear();
      store.earliest = store.blocks.firstKey();
    }
  }

  @Override
  public String scrape() {
    return "";
  }

  @Override
  public synchronized void release(String sourceId) {
    calls.add("release");
    held.clear();
  }

  public BlockSource blocks(int partition) {
    return range -> read(partition, range);
  }

  private synchronized BlockCursor read(int partition, OffsetRange range) {
    Store store = store(partition);
    if (!new LogExtent(store.earliest, store.next).covers(range)) {
      throw new IllegalStateException("partition " + partition + " does not hold " + range);
    }
    openCursors++;
    return new Cursor(
        new ArrayList<>(
            store
                .blocks
                .subMap(store.blocks.floorKey(range.from()), true, range.until(), false)
                .values()));
  }

  private final class Cursor implements BlockCursor {
    private final List<ByteBuffer> blocks;
    private ByteBuffer lent;
    private boolean closed;

    Cursor(List<ByteBuffer> blocks) {
      this.blocks = blocks;
    }

    @Override
    public Block next() {
      poison();
      if (blocks.isEmpty()) {
        return null;
      }
      ByteBuffer block = blocks.remove(0);
      lent = ByteBuffer.allocateDirect(block.remaining()).put(block.duplicate()).flip();
      return Block.wrap(lent, "fake store");
    }

    private void poison() {
      if (lent != null) {
        for (int i = 0; i < lent.capacity(); i++) {
          lent.put(i, (byte) 'X');
        }
      }
    }

    @Override
    public void close() {
      poison();
      if (!closed) {
        closed = true;
        synchronized (FakeNode.this) {
          openCursors--;
        }
      }
    }
  }
}
