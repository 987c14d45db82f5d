// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.endtoend;

import io.github.mqttpartitioned.testkit.BrokerOptions;
import io.github.mqttpartitioned.testkit.Full;
import io.github.mqttpartitioned.testkit.Seeded;
import io.github.mqttpartitioned.testkit.Soak;
import io.github.mqttpartitioned.testkit.TestBroker;
import io.github.mqttpartitioned.testkit.TestBrokers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.apache.spark.sql.streaming.StreamingQuery;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag(Full.TAG)
class BrokerRestartTest {

  private static final int MESSAGES = 100_000;
  private static final int PARTITIONS = 4;
  private static final int PUBLISHERS = 2;
  private static final int PART = 5_000;

  @TempDir Path folder;

  @Test
  void theQueryGoesOnByItselfAndNothingIsMissing() throws Exception {
    breakOff(BrokerOptions.DEFAULTS.persistence(true).maxQueued(0), TestBroker::stop);
  }

  @Test
  void brokerThatIsKilledAndHasKeptWhatItAcknowledgedMakesNothingMissing() throws Exception {
    breakOff(BrokerOptions.DEFAULTS.durable(true), TestBroker::kill);
  }

  /** It forgets sessions and subscriptions, or goes back to what they were when it was stopped. */
  @ParameterizedTest(name = "QoS {0}")
  @ValueSource(ints = {1, 2})
  void brokerThatIsKilledAndForgetsGetsItsMembersBackByThemselves(int qos) {
    Seeded.run(1, random -> killBetweenParts(qos, 2, random));
  }

  @Tag(Soak.TAG)
  @ParameterizedTest(name = "QoS {0}")
  @ValueSource(ints = {1, 2})
  void brokerThatIsKilledAndForgetsGetsItsMembersBackInManyRounds(int qos) {
    Seeded.run(1, random -> killBetweenParts(qos, Soak.rounds(50), random));
  }

  /**
   * What such a broker has acknowledged and not delivered is lost, so it is killed when all has
   * arrived. A publisher of QoS 1 sends again what nobody was subscribed to yet, and opens each
   * part: at QoS 2 the broker does not tell.
   */
  private void killBetweenParts(int qos, int kills, Random random) throws Exception {
    BrokerOptions options = BrokerOptions.DEFAULTS.persistence(true).killable(true).maxQueued(0);
    try (TestBroker broker = TestBrokers.start(options)) {
      Job job = new Job(folder, broker.url()).option("partitions", PARTITIONS).option("qos", qos);
      StreamingQuery query = job.startConnected();
      Map<Integer, Long> sent = new HashMap<>();
      try {
        for (int kill = 0; kill <= kills; kill++) {
          int first = kill * (PUBLISHERS + 1);
          try (Load opening = Load.startAt(first + PUBLISHERS, broker.url(), 1, 1, 1, 0)) {
            sent.putAll(opening.await());
          }
          try (Load load = Load.startAt(first, broker.url(), PUBLISHERS, PART, qos, 0)) {
            sent.putAll(load.await());
          }
          Arrived.awaitAll(query, job::rows, sent);
          if (kill < kills) {
            if (random.nextBoolean()) {
              // Then there is something on its disk that it goes back to.
              broker.restart();
            }
            LockSupport.parkNanos(Duration.ofMillis(random.nextInt(1_000)).toNanos());
            broker.kill();
            LockSupport.parkNanos(Duration.ofMillis(random.nextInt(2_000)).toNanos());
            broker.start();
          }
        }
        query.stop();
        Arrived.check(job.rows(), sent, qos == 2 && broker.keepsPacketIds());
        Arrived.checkOffsetsDense(job.rows(), PARTITIONS);
      } finally {
        query.stop();
      }
    }
  }

  /** Twice in the midst. */
  private void breakOff(BrokerOptions options, Consumer<TestBroker> end) throws Exception {
    try (TestBroker broker = TestBrokers.start(options)) {
      Job job = new Job(folder, broker.url()).option("partitions", 4);
      StreamingQuery query = job.startConnected();
      try (Load load = Load.start(broker.url(), 2, MESSAGES, 1, 20_000)) {
        Arrived.await(query, MESSAGES / 4);
        end.accept(broker);
        broker.start();
        Arrived.await(query, MESSAGES / 2);
        end.accept(broker);
        broker.start();
        Map<Integer, Long> sent = load.await();
        Arrived.awaitAll(query, job::rows, sent);
        query.stop();
        Arrived.check(job.rows(), sent, false);
        Arrived.checkOffsetsDense(job.rows(), 4);
      } finally {
        query.stop();
      }
    }
  }
}
