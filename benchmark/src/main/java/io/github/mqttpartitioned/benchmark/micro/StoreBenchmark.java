// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.benchmark.micro;

import io.github.mqttpartitioned.benchmark.report.Scratch;
import io.github.mqttpartitioned.block.Block;
import io.github.mqttpartitioned.block.BlockBuilder;
import io.github.mqttpartitioned.block.BlockCursor;
import io.github.mqttpartitioned.block.BlockFormat;
import io.github.mqttpartitioned.block.OffsetRange;
import io.github.mqttpartitioned.store.PartitionStore;
import io.github.mqttpartitioned.store.StoreConfig;
import io.github.mqttpartitioned.store.StoreWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What one group commit costs with its fsync, by messages in the group and bytes in each; what it
 * costs to read the group again, and to trim it. As it is appended, the group before last goes.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 1,
    jvmArgsAppend = {
      "--add-opens=java.base/java.nio=ALL-UNNAMED",
      "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED"
    })
public class StoreBenchmark {

  private static final long STORE_BYTES = 8L << 30;

  /** Messages in a group and bytes in each, such that a group is no larger than 64 MiB. */
  @Param({
    "1x16",
    "1x100",
    "1x65536",
    "128x16",
    "128x100",
    "128x65536",
    "8192x16",
    "8192x100",
    "65536x16",
    "65536x100"
  })
  private String group = "1x100";

  private final List<BlockBuilder> blocks = new ArrayList<>();
  private int messages;
  private Path directory = Path.of("");
  private @Nullable PartitionStore opened;

  @Setup
  public void open() throws IOException {
    String[] parts = group.split("x", -1);
    messages = Integer.parseInt(parts[0]);
    fill(Integer.parseInt(parts[1]));
    directory = Files.createTempDirectory("mqtt-benchmark-store-");
    opened = PartitionStore.open(new StoreConfig(directory, "benchmark", 0, STORE_BYTES, 0));
    long next = append();
    if (next != messages || read() != messages) {
      throw new IllegalStateException("the store does not hold what was appended");
    }
  }

  private void fill(int payloadBytes) {
    byte[] topic = "benchmark/topic".getBytes(StandardCharsets.UTF_8);
    byte[] payload = new byte[payloadBytes];
    int flags = BlockFormat.flags(1, false, false);
    BlockBuilder block = new BlockBuilder("tcp://127.0.0.1:1883");
    blocks.add(block);
    for (int message = 0; message < messages; message++) {
      if (block.isFull()) {
        block = new BlockBuilder("tcp://127.0.0.1:1883");
        blocks.add(block);
      }
      int number = block.findTopic(topic, 0, topic.length);
      if (number < 0) {
        number = block.addTopic(topic, 0, topic.length);
      }
      block.add(message, flags, number, payload, 0, payload.length, 0, 0);
    }
  }

  /** One group, durably; the group before last goes. */
  @Benchmark
  public long append() {
    try (StoreWriter writer = store().write()) {
      for (BlockBuilder block : blocks) {
        writer.append(block);
      }
      writer.trim(store().extent().next() - messages);
      writer.commit();
    }
    return store().extent().next();
  }

  /** Appended anew each time, outside of what is measured. */
  @State(Scope.Thread)
  public static class Appended {

    @Setup(Level.Invocation)
    public void append(StoreBenchmark store) {
      store.append();
    }
  }

  /** Of the newest group, durably. */
  @Benchmark
  public long trim(Appended appended) {
    try (StoreWriter writer = store().write()) {
      writer.trim(store().extent().next());
      writer.commit();
    }
    return store().extent().earliest();
  }

  /** The newest group, with every checksum. */
  @Benchmark
  public long read() {
    long next = store().extent().next();
    long count = 0;
    try (BlockCursor cursor = store().read(new OffsetRange(next - messages, next))) {
      for (Block block = cursor.next(); block != null; block = cursor.next()) {
        block.verify();
        count += block.count();
      }
    }
    return count;
  }

  private PartitionStore store() {
    return Objects.requireNonNull(opened);
  }

  @TearDown
  public void close() throws IOException {
    store().close();
    Scratch.delete(directory);
  }
}
