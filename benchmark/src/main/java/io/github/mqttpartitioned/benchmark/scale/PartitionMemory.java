package io.github.mqttpartitioned.benchmark.scale;

import io.github.mqttpartitioned.benchmark.ingest.Load;
import io.github.mqttpartitioned.benchmark.ingest.Side;
import io.github.mqttpartitioned.benchmark.ingest.Taker;
import io.github.mqttpartitioned.benchmark.report.Measurements;
import io.github.mqttpartitioned.benchmark.report.Scratch;
import io.github.mqttpartitioned.testkit.Firehose;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * What a partition, its receiver and store, takes of heap and direct memory: idle with many of them
 * connected, and busy with one that gets all that it can take. The sender is in this JVM, too, so
 * what is measured with bare readers in their place is taken off. The memory map is page cache and
 * does not count.
 */
final class PartitionMemory {

  private static final double MEBIBYTE = 1 << 20;
  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final int QOS = 1;
  private static final int PAYLOAD_BYTES = 100;
  private static final int TOPICS = 300;

  /** Several, as a sample may fall on a moment with little in flight. */
  private static final int BUSY_SAMPLES = 5;

  /** Direct memory goes some time after the buffer that nobody refers to any more. */
  private static final int MOST_COLLECTIONS = 20;

  private static final long SETTLED_BYTES = 64 << 10;

  private final Scratch scratch;
  private final Load load;

  private PartitionMemory(Scratch scratch, long messages) {
    this.scratch = scratch;
    this.load = new Load(messages, QOS, PAYLOAD_BYTES, TOPICS);
  }

  /**
   * Measures both.
   *
   * @param partitions that are idle side by side
   * @param messages that the busy one gets
   */
  static void measure(int partitions, long messages, Scratch scratch, Measurements measurements)
      throws Exception {
    PartitionMemory memory = new PartitionMemory(scratch, messages);
    // One of each comes and goes first, with all classes that they need.
    memory.busy(Side.BARE);
    memory.busy(Side.UNMETERED);
    long bare = memory.idle(Side.BARE, partitions);
    measurements.add(
        "scale, memory of an idle partition",
        "MiB",
        (memory.idle(Side.UNMETERED, partitions) - bare) / MEBIBYTE / partitions);
    long bareBusy = memory.busy(Side.BARE);
    measurements.add(
        "scale, memory of a busy partition",
        "MiB",
        (memory.busy(Side.UNMETERED) - bareBusy) / MEBIBYTE);
  }

  private long idle(Side side, int count) throws Exception {
    long before = settledBytes();
    try (Firehose firehose = firehose()) {
      List<Taker> takers = new ArrayList<>();
      try {
        for (int i = 0; i < count; i++) {
          takers.add(side.connect(firehose.url(), load, scratch.newDirectory()));
        }
        firehose.awaitSubscribed(count, LIMIT);
        return settledBytes() - before;
      } finally {
        for (Taker taker : takers) {
          taker.close();
        }
      }
    }
  }

  /** The most of some samples. */
  private long busy(Side side) throws Exception {
    long before = settledBytes();
    try (Firehose firehose = firehose();
        Taker taker = side.connect(firehose.url(), load, scratch.newDirectory())) {
      firehose.awaitSubscribed(1, LIMIT);
      CompletableFuture<?> sent =
          CompletableFuture.runAsync(() -> firehose.send(load.messages(), LIMIT));
      long most = 0;
      for (int sample = 0; sample < BUSY_SAMPLES && !sent.isDone(); sample++) {
        most = Math.max(most, usedBytes() - before);
      }
      sent.join();
      taker.verify();
      return most;
    }
  }

  private Firehose firehose() {
    return Firehose.start(new Firehose.Load(QOS, PAYLOAD_BYTES, TOPICS));
  }

  private static long settledBytes() {
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
