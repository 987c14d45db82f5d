// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.testkit.Await;
import io.github.mqttpartitioned.testkit.BrokerOptions;
import io.github.mqttpartitioned.testkit.ChildJvm;
import io.github.mqttpartitioned.testkit.Full;
import io.github.mqttpartitioned.testkit.Packet.Publish;
import io.github.mqttpartitioned.testkit.Seeded;
import io.github.mqttpartitioned.testkit.SequenceCheck;
import io.github.mqttpartitioned.testkit.SequenceCheck.Result;
import io.github.mqttpartitioned.testkit.Soak;
import io.github.mqttpartitioned.testkit.Subscriber;
import io.github.mqttpartitioned.testkit.TestBroker;
import io.github.mqttpartitioned.testkit.TestBrokers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** kill -9 of a query that writes to a broker, and of its executors: no row is missing. */
@Tag(Full.TAG)
class KilledSinkTest {

  private static final int KILLS = 3;
  private static final int SOAK_KILLS = 50;
  private static final int ROWS_OF_A_FILE = 2_000;
  private static final Duration START = Duration.ofMinutes(5);

  /** For what the killed queries have left over. */
  private static final Duration REST = Duration.ofMinutes(30);

  @TempDir Path folder;

  private final SequenceCheck arrived = new SequenceCheck();

  @ParameterizedTest(name = "QoS {0}")
  @ValueSource(ints = {1, 2})
  void losesNoRowHoweverOftenItsProcessIsKilled(int qos) {
    Seeded.run(1, random -> killAgainAndAgain(qos, KILLS, random));
  }

  @Tag(Soak.TAG)
  @ParameterizedTest(name = "QoS {0}")
  @ValueSource(ints = {1, 2})
  void losesNoRowInManyRounds(int qos) {
    int kills = Soak.rounds(SOAK_KILLS);
    Seeded.run(1, random -> killAgainAndAgain(qos, kills, random));
  }

  /** At QoS 2 with a narrow window: Mosquitto searches it for each packet. */
  private static TestBroker start(int qos) {
    BrokerOptions narrow = BrokerOptions.DEFAULTS.maxInflight(1_000);
    return TestBrokers.start(
        qos == 2 && TestBrokers.canStart(narrow) ? narrow : BrokerOptions.DEFAULTS);
  }

  private void killAgainAndAgain(int qos, int kills, Random random) throws Exception {
    int files = 4 * (kills + 1);
    int rows = files * ROWS_OF_A_FILE;
    Path input = Files.createDirectories(folder.resolve("input"));
    for (int file = 0; file < files; file++) {
      Files.writeString(
          input.resolve(file + ".txt"),
          IntStream.range(file * ROWS_OF_A_FILE, (file + 1) * ROWS_OF_A_FILE)
              .mapToObj(String::valueOf)
              .collect(Collectors.joining("\n")));
    }
    try (TestBroker broker = start(qos);
        Subscriber subscriber = Subscriber.subscribe(broker.url(), "killed", qos, this::take)) {
      for (int kill = 0; kill < kills; kill++) {
        long before = subscriber.received();
        int more = 1 + random.nextInt(3 * ROWS_OF_A_FILE);
        try (ChildJvm query = query(broker, qos, 1)) {
          Await.until(
              "more rows, " + query.describe(),
              START,
              () -> subscriber.received() >= before + more || !query.isAlive());
          query.kill9Running();
        }
      }
      try (ChildJvm query = query(broker, qos, files)) {
        query.awaitLine("^all written$", REST);
      }
      Await.until("all rows", START, () -> arrived.distinct() >= rows);
      assertThat(arrived.against(rows)).matches(Result::isComplete, "all rows, and no other");
      System.out.printf(
          "Killed a sink at QoS %d %d times: %d rows, %d messages%n",
          qos, kills, rows, arrived.received());
    }
  }

  @ParameterizedTest(name = "QoS {0}")
  @ValueSource(ints = {1, 2})
  void losesNoRowThoughItsExecutorsAreKilled(int qos) {
    Seeded.run(1, random -> killExecutors(qos, KILLS, random));
  }

  @Tag(Soak.TAG)
  @ParameterizedTest(name = "QoS {0}")
  @ValueSource(ints = {1, 2})
  void losesNoRowThoughItsExecutorsAreKilledInManyRounds(int qos) {
    int kills = Soak.rounds(SOAK_KILLS);
    Seeded.run(1, random -> killExecutors(qos, kills, random));
  }

  private void killExecutors(int qos, int kills, Random random) {
    // Each killed executor counts as a failure of its task.
    try (TestBroker broker = start(qos);
        SinkCluster sink = new SinkCluster(folder, broker, qos, "spark.task.maxFailures=20")) {
      sink.awaitNoneMissing(1);
      for (int kill = 0; kill < kills; kill++) {
        sink.awaitMore(1 + random.nextInt(3 * ROWS_OF_A_FILE));
        ProcessHandle victim = sink.executors().get(random.nextInt(SinkCluster.EXECUTORS));
        assertThat(victim.destroyForcibly()).isTrue();
        sink.await(
            "another executor",
            () -> !victim.isAlive() && sink.executors().size() == SinkCluster.EXECUTORS);
      }
      long rows = sink.awaitNoneMissing(ROWS_OF_A_FILE);
      System.out.printf(
          "Killed executors of a sink at QoS %d %d times: %d rows, %d messages%n",
          qos, kills, rows, sink.received());
    }
  }

  private ChildJvm query(TestBroker broker, int qos, int filesOfABatch) {
    return ChildJvm.of(
            SinkProcess.class,
            folder.toString(),
            broker.url(),
            String.valueOf(qos),
            String.valueOf(filesOfABatch))
        .option("-Xmx512m")
        .start();
  }

  private void take(Publish message) {
    arrived.receivedDigits(message.payload());
  }
}
