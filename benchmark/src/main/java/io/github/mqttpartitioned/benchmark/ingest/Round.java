// SPDX-License-Identifier: Apache-2.0
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

  /** Behind this long without a message what is missing was dropped. */
  private static final Duration QUIET = Duration.ofSeconds(2);

  private static final long POLL_NANOS = 100_000;
  private static final double NANOS_PER_SECOND = 1e9;

  private Round() {}

  /**
   * What came of it.
   *
   * @param rate messages taken over per second
   * @param lost messages that the side has dropped, which QoS 0 allows
   */
  record Outcome(double rate, long lost) {}

  /**
   * Measures from the first message sent until the last one is taken over and acknowledged.
   *
   * @throws WrongCountException when an acknowledgement was wrong, missing or out of order, or what
   *     was stored is not what was sent
   */
  static Outcome measure(Side side, Transport transport, Load load, Scratch scratch)
      throws Exception {
    Path directory = scratch.newDirectory();
    try (Firehose firehose =
            transport.firehose(new Firehose.Load(load.qos(), load.payloadBytes(), load.topics()));
        Taker taker = side.connect(firehose.url(), load, directory, transport.tls())) {
      firehose.awaitSubscribed(1, CONNECT_LIMIT);
      long begin = System.nanoTime();
      send(firehose, load);
      long end = awaitTaken(taker, load, load.qos() == 0 && side.mayDrop());
      long taken = taker.taken();
      if (taken > load.messages()) {
        throw wrong(taken, load);
      }
      if (taken == load.messages()) {
        taker.verify();
      }
      return new Outcome(taken * NANOS_PER_SECOND / (end - begin), load.messages() - taken);
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

  /**
   * At QoS 0 nothing else tells that all has arrived.
   *
   * @return when the last one did
   */
  private static long awaitTaken(Taker taker, Load load, boolean mayDrop)
      throws WrongCountException {
    long begun = System.nanoTime();
    long last = begun;
    long seen = 0;
    while (seen < load.messages()) {
      long taken = taker.taken();
      long now = System.nanoTime();
      if (taken > seen) {
        seen = taken;
        last = now;
      } else if (mayDrop && now - last > QUIET.toNanos()) {
        return last;
      } else if (now - begun > SEND_LIMIT.toNanos()) {
        throw wrong(taken, load);
      }
      LockSupport.parkNanos(POLL_NANOS);
    }
    return last;
  }

  private static WrongCountException wrong(long taken, Load load) {
    return new WrongCountException(
        "of %,d messages, %,d were taken over".formatted(load.messages(), taken));
  }
}
