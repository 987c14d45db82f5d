// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.benchmark.micro;

import io.github.mqttpartitioned.block.Block;
import io.github.mqttpartitioned.block.BlockBuilder;
import io.github.mqttpartitioned.block.BlockFormat;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What a message costs in a block: added, encoded with the others, and read again. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class BlockBenchmark {

  private static final int MESSAGES = 8 << 10;
  private static final int QOS = 1;
  private static final long RECEIVED = 1_000_000;
  private static final byte FIRST_BYTE = 7;

  @Param({"100"})
  private int payloadBytes = 100;

  @Param({"300"})
  private int topicCount = 300;

  private final BlockBuilder builder = new BlockBuilder("tcp://127.0.0.1:1883");
  private final BlockBuilder filled = new BlockBuilder("tcp://127.0.0.1:1883");
  private byte[][] topics = {};
  private byte[] payload = {};
  private ByteBuffer encoded = ByteBuffer.allocateDirect(0);

  @Setup
  public void fill() {
    topics = new byte[topicCount][];
    for (int topic = 0; topic < topicCount; topic++) {
      topics[topic] = "benchmark/topic-%04d".formatted(topic).getBytes(StandardCharsets.UTF_8);
    }
    payload = new byte[payloadBytes];
    payload[0] = FIRST_BYTE;
    addAll(filled);
    encoded = ByteBuffer.allocateDirect(filled.encodedLength());
    filled.encode(0, encoded);
    encoded.flip();
    long topicNumbers = 0;
    for (int message = 0; message < MESSAGES; message++) {
      topicNumbers += message % topicCount;
    }
    expect(MESSAGES, verify());
    expect((long) MESSAGES * payloadBytes, sumOfPayloadLengths());
    expect((long) MESSAGES * FIRST_BYTE, sumOfPayloads());
    expect(MESSAGES * RECEIVED, sumOfTimes());
    expect((long) MESSAGES * QOS, sumOfQos());
    expect(topicNumbers, sumOfTopics());
  }

  private static void expect(long expected, long found) {
    if (found != expected) {
      throw new IllegalStateException(
          "the block does not hold what was added: %d instead of %d".formatted(found, expected));
    }
  }

  @Benchmark
  @OperationsPerInvocation(MESSAGES)
  public int add() {
    builder.clear();
    addAll(builder);
    return builder.count();
  }

  @Benchmark
  @OperationsPerInvocation(MESSAGES)
  public ByteBuffer encode() {
    filled.encode(0, encoded.clear());
    return encoded.flip();
  }

  @Benchmark
  @OperationsPerInvocation(MESSAGES)
  public long sumOfPayloadLengths() {
    Block block = Block.wrap(encoded, "benchmark");
    long sum = 0;
    for (int row = 0; row < block.count(); row++) {
      sum += block.payloadLength(row);
    }
    return sum;
  }

  @Benchmark
  @OperationsPerInvocation(MESSAGES)
  public long sumOfTimes() {
    Block block = Block.wrap(encoded, "benchmark");
    long sum = 0;
    for (int row = 0; row < block.count(); row++) {
      sum += block.receivedMicros(row);
    }
    return sum;
  }

  @Benchmark
  @OperationsPerInvocation(MESSAGES)
  public long sumOfTopics() {
    Block block = Block.wrap(encoded, "benchmark");
    long sum = 0;
    for (int row = 0; row < block.count(); row++) {
      sum += block.topic(row);
    }
    return sum;
  }

  @Benchmark
  @OperationsPerInvocation(MESSAGES)
  public long sumOfQos() {
    Block block = Block.wrap(encoded, "benchmark");
    long sum = 0;
    for (int row = 0; row < block.count(); row++) {
      sum += block.qos(row);
    }
    return sum;
  }

  /** The first byte of each payload, with the checksum of all. */
  @Benchmark
  @OperationsPerInvocation(MESSAGES)
  public long sumOfPayloads() {
    Block block = Block.wrap(encoded, "benchmark");
    int[] places = block.payloadPlaces();
    long sum = 0;
    for (int row = 0; row < block.count(); row++) {
      sum += encoded.get(places[row]);
    }
    return sum;
  }

  @Benchmark
  @OperationsPerInvocation(MESSAGES)
  public int verify() {
    Block block = Block.wrap(encoded, "benchmark");
    block.verify();
    return block.count();
  }

  private void addAll(BlockBuilder target) {
    int flags = BlockFormat.flags(QOS, false, false);
    for (int message = 0; message < MESSAGES; message++) {
      byte[] name = topics[message % topics.length];
      int topic = target.findTopic(name, 0, name.length);
      if (topic < 0) {
        topic = target.addTopic(name, 0, name.length);
      }
      target.add(RECEIVED, flags, topic, payload, 0, payload.length, 0, 0);
    }
  }
}
