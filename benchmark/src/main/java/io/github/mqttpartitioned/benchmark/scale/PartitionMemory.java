package io.github.mqttpartitioned.benchmark.scale;

import io.github.mqttpartitioned.benchmark.ingest.ConnectorTaker;
import io.github.mqttpartitioned.benchmark.ingest.Load;
import io.github.mqttpartitioned.benchmark.report.Measurements;
import io.github.mqttpartitioned.benchmark.report.Scratch;
import io.github.mqttpartitioned.testkit.Await;
import io.github.mqttpartitioned.testkit.Firehose;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * What a partition, its receiver and store, takes of heap and direct memory: idle with many of them
 * connected, and busy with one that gets all that it can take.
 */
final class PartitionMemory {

  private static final double MEBIBYTE = 1 << 20;
  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final Load LOAD = new Load(2_000_000, 1, 100, 300);
  private static final int SAMPLES = 5;

  private PartitionMemory() {}

  static void measure(int partitions, Scratch scratch, Measurements measurements) throws Exception {
    try (Firehose firehose =
        Firehose.start(new Firehose.Load(LOAD.qos(), LOAD.payloadBytes(), LOAD.topics()))) {
      // One comes and goes first, with all classes that they need.
      try (ConnectorTaker first = connect(firehose, scratch)) {
        firehose.awaitSubscribed(1, LIMIT);
        firehose.send(LOAD.messages(), LIMIT);
        awaitTaken(first);
      }
      double before = usedBytes();
      List<ConnectorTaker> takers = new ArrayList<>();
      try {
        for (int i = 0; i < partitions; i++) {
          takers.add(connect(firehose, scratch));
        }
        firehose.awaitSubscribed(partitions, LIMIT);
        measurements.add(
            "scale, memory of an idle partition",
            "MiB",
            (usedBytes() - before) / partitions / MEBIBYTE);
      } finally {
        for (ConnectorTaker taker : takers) {
          taker.close();
        }
      }
    }
    busy(scratch, measurements);
  }

  private static void busy(Scratch scratch, Measurements measurements) throws Exception {
    try (Firehose firehose =
        Firehose.start(new Firehose.Load(LOAD.qos(), LOAD.payloadBytes(), LOAD.topics()))) {
      double before = usedBytes();
      try (ConnectorTaker taker = connect(firehose, scratch)) {
        firehose.awaitSubscribed(1, LIMIT);
        CompletableFuture<Void> sent =
            CompletableFuture.runAsync(() -> firehose.send(LOAD.messages(), LIMIT));
        for (int i = 0; i < SAMPLES; i++) {
          measurements.add(
              "scale, memory of a busy partition", "MiB", (usedBytes() - before) / MEBIBYTE);
        }
        sent.join();
        awaitTaken(taker);
      }
    }
  }

  private static ConnectorTaker connect(Firehose firehose, Scratch scratch) throws Exception {
    return ConnectorTaker.connect(firehose.url(), LOAD, scratch.newDirectory());
  }

  private static void awaitTaken(ConnectorTaker taker) {
    Await.until("all to be stored", LIMIT, () -> taker.taken() >= LOAD.messages());
  }

  /** Heap without garbage, and direct buffers. The memory map is page cache. */
  private static double usedBytes() {
    System.gc();
    long heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    return (double) heap
        + ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
            .filter(pool -> pool.getName().equals("direct"))
            .mapToLong(BufferPoolMXBean::getMemoryUsed)
            .sum();
  }
}
