package io.github.mqttpartitioned.receiver;

import io.github.mqttpartitioned.model.AckMode;
import io.github.mqttpartitioned.store.InFlightIds;
import java.io.ByteArrayOutputStream;
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
 * What a PUBLISH costs from the bytes of the wire to the block and the acknowledgement owed; at QoS
 * 2 with its PUBREL.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class ParseBenchmark {

  private static final int MESSAGES = 8 << 10;
  private static final int TOPICS = 300;
  private static final int PUBREL = 0x62;
  private static final int PUBREL_START = 2;
  private static final int PUBREL_END = 4;

  @Param({"0", "1", "2"})
  private int qos = 1;

  @Param({"100"})
  private int payloadBytes = 100;

  private final InFlightIds inFlight = new InFlightIds();
  private final PublishParser parser =
      new PublishParser(AckMode.STORED, inFlight, new PoisonMessages());
  private final Batch batch = new Batch("tcp://127.0.0.1:1883");
  private final byte[] pubrel = new byte[PUBREL_END];
  private final int[] ends = new int[MESSAGES];
  private byte[] bodies = {};

  @Setup
  public void fill() throws MalformedPacketException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (int message = 0; message < MESSAGES; message++) {
      byte[] topic =
          "benchmark/topic-%04d".formatted(message % TOPICS).getBytes(StandardCharsets.UTF_8);
      all.write(topic.length >>> Byte.SIZE);
      all.write(topic.length);
      all.writeBytes(topic);
      if (qos > 0) {
        all.write(message + 1 >>> Byte.SIZE);
        all.write(message + 1);
      }
      all.write(0);
      all.writeBytes(new byte[payloadBytes]);
      ends[message] = all.size();
    }
    bodies = all.toByteArray();
    int acknowledgements = qos == 0 ? 0 : MESSAGES * qos;
    if (parse() != MESSAGES
        || batch.acknowledgementsCount() != acknowledgements
        || inFlight.size() != 0) {
      throw new IllegalStateException("the batch does not hold what was sent");
    }
  }

  @Benchmark
  @OperationsPerInvocation(MESSAGES)
  public int parse() throws MalformedPacketException {
    batch.clear();
    int start = 0;
    for (int message = 0; message < MESSAGES; message++) {
      int end = ends[message];
      parser.publish(bodies, 0x30 | qos << 1, start, end, message, batch);
      start = end;
    }
    if (qos == 2) {
      for (int id = 1; id <= MESSAGES; id++) {
        pubrel[PUBREL_START] = (byte) (id >>> Byte.SIZE);
        pubrel[PUBREL_START + 1] = (byte) id;
        parser.pubrel(pubrel, PUBREL, PUBREL_START, PUBREL_END, batch);
      }
    }
    return batch.block().count();
  }
}
