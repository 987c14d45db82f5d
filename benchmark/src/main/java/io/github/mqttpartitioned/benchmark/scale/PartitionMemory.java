// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.benchmark.scale;

import io.github.mqttpartitioned.benchmark.ingest.ConnectorTaker;
import io.github.mqttpartitioned.benchmark.ingest.Load;
import io.github.mqttpartitioned.benchmark.report.Measurements;
import io.github.mqttpartitioned.benchmark.report.Scratch;
import io.github.mqttpartitioned.testkit.ChildJvm;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * What a partition, its receiver and store, takes of heap and direct memory: idle with many of them
 * connected, and busy with one that gets all that it can take. The memory map is page cache and
 * does not count.
 */
final class PartitionMemory {

  private static final double MEBIBYTE = 1 << 20;

  /** From sample to sample of a busy partition, which each begin with a collection. */
  private static final long SAMPLE_NANOS = 200_000_000;

  /** Direct memory goes some time after the buffer that nobody refers to any more. */
  private static final int MOST_COLLECTIONS = 20;

  private static final long SETTLED_BYTES = 64 << 10;

  private final Scratch scratch;

  private PartitionMemory(Scratch scratch) {
    this.scratch = scratch;
  }

  /**
   * Measures both.
   *
   * @param partitions that are idle side by side
   * @param messages that the busy one gets
   */
  static void measure(int partitions, long messages, Scratch scratch, Measurements measurements)
      throws Exception {
    PartitionMemory memory = new PartitionMemory(scratch);
    // One comes and goes first, with all classes that it needs.
    memory.most(1, messages);
    measurements.add(
        "scale, heap and direct memory of an idle partition",
        "MiB",
        memory.most(partitions, 0) / MEBIBYTE / partitions);
    measurements.add(
        "scale, heap and direct memory of a busy partition",
        "MiB",
        memory.most(1, messages) / MEBIBYTE);
  }

  /** The most of some samples, from when all are connected until they have what is sent. */
  private double most(int partitions, long messages) throws Exception {
    Load load =
        new Load(
            messages,
            FirehoseProcess.QOS,
            FirehoseProcess.PAYLOAD_BYTES,
            FirehoseProcess.TOPICS,
            FirehoseProcess.WINDOW);
    long before = settledBytes();
    List<ConnectorTaker> takers = new ArrayList<>();
    try (ChildJvm sender =
        ChildJvm.of(FirehoseProcess.class, String.valueOf(partitions), String.valueOf(messages))
            .start()) {
      String url = sender.awaitLine("listening (\\S+)", FirehoseProcess.LIMIT).group(1);
      for (int i = 0; i < partitions; i++) {
        takers.add(ConnectorTaker.connect(url, load, scratch.newDirectory()));
      }
      sender.awaitLine("subscribed", FirehoseProcess.LIMIT);
      long most = messages == 0 ? settledBytes() : usedBytes();
      while (!sender.lines().contains("sent")) {
        LockSupport.parkNanos(SAMPLE_NANOS);
        most = Math.max(most, usedBytes());
      }
      sender.awaitLine("sent", FirehoseProcess.LIMIT);
      if (messages > 0) {
        for (ConnectorTaker taker : takers) {
          taker.verify();
        }
      }
      return (double) most - before;
    } finally {
      for (ConnectorTaker taker : takers) {
        taker.close();
      }
    }
  }

  /** Heap and direct memory, once collections free no more. */
  static long settledBytes() {
    long used = usedBytes();
    for (int i = 0; i < MOST_COLLECTIONS; i++) {
      long before = used;
      used = usedBytes();
      if (Math.abs(used - before) < SETTLED_BYTES) {
        break;
      }
    }
    return used;
  }

  /** Heap behind a collection, and direct buffers. */
  private static long usedBytes() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed()
        + ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
            .filter(pool -> pool.getName().equals("direct"))
            .mapToLong(BufferPoolMXBean::getMemoryUsed)
            .sum();
  }
}
