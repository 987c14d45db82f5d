// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.benchmark.read;

import io.github.mqttpartitioned.benchmark.Setting;
import io.github.mqttpartitioned.block.Block;
import io.github.mqttpartitioned.block.BlockBuilder;
import io.github.mqttpartitioned.block.BlockCursor;
import io.github.mqttpartitioned.block.BlockFormat;
import io.github.mqttpartitioned.block.OffsetRange;
import io.github.mqttpartitioned.store.PartitionStore;
import io.github.mqttpartitioned.store.StoreConfig;
import io.github.mqttpartitioned.store.StoreWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.stream.IntStream;

/** Messages that lie in stores and wait for a query: JSON, padded, each with its own number. */
public final class Backlog {

  /** A payload has room for its number. */
  static final Setting PAYLOAD =
      Setting.of("payload", new Setting.Count(32, 1_000_000), "100", "bytes of each payload");

  private static final int BLOCKS_PER_COMMIT = 8;
  private static final int QOS = 1;

  private final int partitions;
  private final long rowsPerPartition;
  private final byte[] payload;
  private final byte[][] topics;

  /**
   * @param partitions stores
   * @param rowsPerPartition messages in each store
   * @param payloadBytes of each message, 32 or more
   * @param topics over which they are spread
   */
  public Backlog(int partitions, long rowsPerPartition, int payloadBytes, int topics) {
    this.partitions = partitions;
    this.rowsPerPartition = rowsPerPartition;
    this.payload = new byte[payloadBytes];
    this.topics =
        IntStream.range(0, topics)
            .mapToObj(topic -> "plant/h%02d/l%02d/d-%04d".formatted(topic % 7, topic % 100, topic))
            .map(topic -> topic.getBytes(StandardCharsets.UTF_8))
            .toArray(byte[][]::new);
    Arrays.fill(payload, (byte) ' ');
    byte[] json = "{\"value\":12.5,\"unit\":\"C\"}".getBytes(StandardCharsets.UTF_8);
    System.arraycopy(json, 0, payload, 0, json.length);
  }

  int partitions() {
    return partitions;
  }

  int topics() {
    return topics.length;
  }

  long rowsPerPartition() {
    return rowsPerPartition;
  }

  /** All messages. */
  public long rows() {
    return partitions * rowsPerPartition;
  }

  /** What every message says. */
  byte[] payload() {
    return payload;
  }

  byte[] topic(long row) {
    return topics[(int) (row % topics.length)];
  }

  /** Bytes of the four levels of each topic, without the slashes. */
  long topicLevelBytes() {
    return topics[0].length - 3L;
  }

  long sumOfOffsets() {
    return partitions * (rowsPerPartition * (rowsPerPartition - 1) / 2);
  }

  /**
   * Writes it to stores that exist and are empty, block by block as a receiver does.
   *
   * @param directory holds {@code p0}, {@code p1}, …
   */
  public void write(Path directory, String sourceId, long storeMaxBytes) {
    for (int partition = 0; partition < partitions; partition++) {
      try (PartitionStore store =
          PartitionStore.open(config(directory, sourceId, partition, storeMaxBytes))) {
        fill(store);
      }
    }
  }

  private static StoreConfig config(
      Path directory, String sourceId, int partition, long storeMaxBytes) {
    return new StoreConfig(
        directory.resolve("p" + partition), sourceId, partition, storeMaxBytes, 0);
  }

  private void fill(PartitionStore store) {
    BlockBuilder block = new BlockBuilder("tcp://127.0.0.1:1883");
    long micros = ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
    for (long row = 0; row < rowsPerPartition; ) {
      try (StoreWriter writer = store.write()) {
        for (int i = 0; i < BLOCKS_PER_COMMIT && row < rowsPerPartition; i++) {
          for (; !block.isFull() && row < rowsPerPartition; row++) {
            add(block, topic(row), micros + row);
          }
          writer.append(block);
          block.clear();
        }
        writer.commit();
      }
    }
  }

  private void add(BlockBuilder block, byte[] name, long micros) {
    int topic = block.findTopic(name, 0, name.length);
    if (topic < 0) {
      topic = block.addTopic(name, 0, name.length);
    }
    int flags = BlockFormat.flags(QOS, false, false);
    block.add(micros, flags, topic, payload, 0, payload.length, 0, 0);
  }

  /**
   * Reads all blocks on this thread.
   *
   * @return nanoseconds
   */
  long scan(Path directory, String sourceId, long storeMaxBytes, Scan scan) {
    long nanos = 0;
    for (int partition = 0; partition < partitions; partition++) {
      try (PartitionStore store =
          PartitionStore.open(config(directory, sourceId, partition, storeMaxBytes))) {
        long begin = System.nanoTime();
        long found = 0;
        try (BlockCursor blocks = store.read(new OffsetRange(0, rowsPerPartition))) {
          for (Block block = blocks.next(); block != null; block = blocks.next()) {
            scan.read(block);
            found += block.count();
          }
        }
        nanos += System.nanoTime() - begin;
        if (found != rowsPerPartition) {
          throw new IllegalStateException("the scan has found something else than was written");
        }
      }
    }
    return nanos;
  }

  long payloadBytes() {
    return payload.length;
  }
}
