package io.github.mqttpartitioned.benchmark.read;

import io.github.mqttpartitioned.block.BlockBuilder;
import io.github.mqttpartitioned.block.BlockFormat;
import io.github.mqttpartitioned.store.PartitionStore;
import io.github.mqttpartitioned.store.StoreConfig;
import io.github.mqttpartitioned.store.StoreWriter;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.stream.IntStream;

/**
 * Messages that lie in stores and wait for a query.
 *
 * @param partitions stores
 * @param rowsPerPartition messages in each store
 * @param payloadBytes of each message
 * @param topics over which they are spread
 */
record Backlog(int partitions, long rowsPerPartition, int payloadBytes, int topics) {

  private static final int BLOCKS_PER_COMMIT = 8;
  private static final int QOS = 1;

  long rows() {
    return partitions * rowsPerPartition;
  }

  long sumOfOffsets() {
    return partitions * (rowsPerPartition * (rowsPerPartition - 1) / 2);
  }

  /**
   * Writes it to stores that exist and are empty, block by block as a receiver does.
   *
   * @param directory holds {@code p0}, {@code p1}, …
   */
  void write(Path directory, String sourceId, long storeMaxBytes) {
    for (int partition = 0; partition < partitions; partition++) {
      StoreConfig config =
          new StoreConfig(
              directory.resolve("p" + partition), sourceId, partition, storeMaxBytes, 0);
      try (PartitionStore store = PartitionStore.open(config)) {
        fill(store);
      }
    }
  }

  private void fill(PartitionStore store) {
    BlockBuilder block = new BlockBuilder("tcp://127.0.0.1:1883");
    byte[][] names =
        IntStream.range(0, topics)
            .mapToObj(topic -> "benchmark/topic-%04d".formatted(topic))
            .map(topic -> topic.getBytes(StandardCharsets.UTF_8))
            .toArray(byte[][]::new);
    byte[] payload = new byte[payloadBytes];
    long micros = ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
    for (long row = 0; row < rowsPerPartition; ) {
      try (StoreWriter writer = store.write()) {
        for (int i = 0; i < BLOCKS_PER_COMMIT && row < rowsPerPartition; i++) {
          for (; !block.isFull() && row < rowsPerPartition; row++) {
            ByteBuffer.wrap(payload).putLong(row);
            add(block, names[(int) (row % topics)], payload, micros + row);
          }
          writer.append(block);
          block.clear();
        }
        writer.commit();
      }
    }
  }

  private static void add(BlockBuilder block, byte[] name, byte[] payload, long micros) {
    int topic = block.findTopic(name, 0, name.length);
    if (topic < 0) {
      topic = block.addTopic(name, 0, name.length);
    }
    int flags = BlockFormat.flags(QOS, false, false);
    block.add(micros, flags, topic, payload, 0, payload.length, 0, 0);
  }
}
