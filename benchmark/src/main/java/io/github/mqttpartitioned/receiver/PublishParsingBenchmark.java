// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.receiver;

import io.github.mqttpartitioned.mqtt.packet.InFlightIds;
import io.github.mqttpartitioned.mqtt.packet.MalformedPacketException;
import io.github.mqttpartitioned.option.settings.AckMode;
import io.github.mqttpartitioned.receiver.inbound.Batch;
import io.github.mqttpartitioned.receiver.inbound.PoisonMessages;
import io.github.mqttpartitioned.receiver.inbound.PublishParser;
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

/**
 * What it costs to take one PUBLISH from the wire's buffer into a batch. In the receiver's package,
 * whose parser nobody else can see.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class PublishParsingBenchmark {

  private static final int MESSAGES = 1 << 10;
  private static final int TOPICS = 300;
  private static final long RECEIVED = 1_000_000;

  @Param({"0", "1", "2"})
  private int qos;

  @Param({"16", "100", "65536"})
  private int payloadBytes = 100;

  private final Batch batch = new Batch("tcp://127.0.0.1:1883");
  private PublishParser parser = newParser();
  private byte[] packets = {};
  private final int[] bodies = new int[MESSAGES + 1];

  private static PublishParser newParser() {
    return new PublishParser(AckMode.STORED, new InFlightIds(), new PoisonMessages());
  }

  @Setup
  public void fill() throws MalformedPacketException {
    parser = newParser();
    ByteBuffer all = ByteBuffer.allocate(MESSAGES * (payloadBytes + 64));
    for (int message = 0; message < MESSAGES; message++) {
      bodies[message] = all.position();
      byte[] topic =
          "benchmark/topic-%04d".formatted(message % TOPICS).getBytes(StandardCharsets.UTF_8);
      all.putShort((short) topic.length).put(topic);
      if (qos > 0) {
        all.putShort((short) (message + 1));
      }
      all.put((byte) 0).putInt(message).put(new byte[payloadBytes - Integer.BYTES]);
    }
    bodies[MESSAGES] = all.position();
    packets = all.array();
    if (parse() != MESSAGES) {
      throw new IllegalStateException("not every packet became a message");
    }
  }

  /** All packets, at QoS 2 with their PUBREL. */
  @Benchmark
  @OperationsPerInvocation(MESSAGES)
  public int parse() throws MalformedPacketException {
    batch.clear();
    for (int message = 0; message < MESSAGES; message++) {
      parser.publish(
          packets, 0x30 | qos << 1, bodies[message], bodies[message + 1], RECEIVED, batch);
    }
    if (qos == 2) {
      for (int message = 0; message < MESSAGES; message++) {
        int id = bodies[message] + Short.BYTES + 20;
        parser.pubrel(packets, 0x62, id, id + Short.BYTES, batch);
      }
    }
    return batch.block().count();
  }
}
