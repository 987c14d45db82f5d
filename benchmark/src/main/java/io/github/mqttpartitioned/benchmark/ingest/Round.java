package io.github.mqttpartitioned.benchmark.ingest;

import io.github.mqttpartitioned.benchmark.report.Scratch;
import io.github.mqttpartitioned.testkit.Firehose;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** One side takes one load over, from its own firehose. */
final class Round {

  private static final Duration CONNECT_LIMIT = Duration.ofSeconds(30);
  private static final Duration SEND_LIMIT = Duration.ofMinutes(10);
  private static final long POLL_NANOS = 100_000;
  private static final double NANOS_PER_SECOND = 1e9;

  private Round() {}

  /**
   * Measures from the first message sent until the last one is taken over and acknowledged.
   *
   * @return messages per second
   * @throws WrongCountException when an acknowledgement was wrong, missing or out of order, or what
   *     was stored is not what was sent
   */
  static double measure(Side side, Load load, Scratch scratch) throws Exception {
    Path directory = scratch.newDirectory();
    try (Firehose firehose =
            Firehose.start(new Firehose.Load(load.qos(), load.payloadBytes(), load.topics()));
        Taker taker = side.connect(firehose.url(), load, directory)) {
      firehose.awaitSubscribed(1, CONNECT_LIMIT);
      long begin = System.nanoTime();
      send(firehose, load);
      awaitTaken(taker, load, begin);
      long nanos = System.nanoTime() - begin;
      taker.verify();
      return load.messages() * NANOS_PER_SECOND / nanos;
    } finally {
      Scratch.delete(directory);
    }
  }

  private static void send(Firehose firehose, Load load) throws WrongCountException {
    try {
      firehose.send(load.messages(), SEND_LIMIT);
    } catch (IllegalStateException e) {
      throw new WrongCountException(String.valueOf(e.getMessage()));
    }
  }

  /** At QoS 0 nothing else tells that all has arrived. */
  private static void awaitTaken(Taker taker, Load load, long begin) throws WrongCountException {
    while (taker.taken() < load.messages()) {
      if (System.nanoTime() - begin > SEND_LIMIT.toNanos()) {
        throw new WrongCountException(
            "of %,d messages, %,d were taken over".formatted(load.messages(), taker.taken()));
      }
      LockSupport.parkNanos(POLL_NANOS);
    }
  }
}
