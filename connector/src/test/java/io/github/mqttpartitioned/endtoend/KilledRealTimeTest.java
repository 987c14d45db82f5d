// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.testkit.Await;
import io.github.mqttpartitioned.testkit.BrokerOptions;
import io.github.mqttpartitioned.testkit.ChildJvm;
import io.github.mqttpartitioned.testkit.Full;
import io.github.mqttpartitioned.testkit.Seeded;
import io.github.mqttpartitioned.testkit.SequenceCheck;
import io.github.mqttpartitioned.testkit.Soak;
import io.github.mqttpartitioned.testkit.TestBroker;
import io.github.mqttpartitioned.testkit.TestBrokers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** kill -9 of a query in real-time mode, at any moment and at each step of a batch's end. */
@Tag(Full.TAG)
class KilledRealTimeTest {

  private static final int SOAK_KILLS = 50;
  private static final int PARTITIONS = 4;
  private static final int PER_SECOND = 500;
  private static final String BATCH_MILLIS = "1000";
  private static final Duration START = Duration.ofMinutes(5);

  /** Where to kill, beside any moment: the logs of Spark, and the life of a store. */
  private static final List<String> POINTS =
      List.of(
          "BEFORE_OFFSETS",
          "AFTER_OFFSETS",
          "BEFORE_COMMITS",
          "AFTER_COMMITS",
          "COMMITTING",
          "COMMITTED",
          "TRIMMED");

  @TempDir Path folder;

  @ParameterizedTest(name = "QoS {0}")
  @ValueSource(ints = {1, 2})
  void losesNothingAndGivesNoOffsetTwoMessages(int qos) {
    Seeded.run(1, random -> killAgainAndAgain(qos, POINTS.size() + 1, random));
  }

  @Tag(Soak.TAG)
  @ParameterizedTest(name = "QoS {0}")
  @ValueSource(ints = {1, 2})
  void losesNothingInManyRounds(int qos) {
    int kills = Soak.rounds(SOAK_KILLS);
    Seeded.run(1, random -> killAgainAndAgain(qos, kills, random));
  }

  private void killAgainAndAgain(int qos, int kills, Random random) throws Exception {
    BrokerOptions options = BrokerOptions.DEFAULTS.persistence(true).maxQueued(0);
    try (TestBroker broker = TestBrokers.start(options)) {
      // The sessions must be there before the first message is.
      try (ChildJvm query = start(broker, qos)) {
        query.awaitLine("processed 0", START);
      }
      Map<String, Integer> moments = new TreeMap<>();
      try (Load load = Load.startEndless(broker.url(), 2, qos, PER_SECOND)) {
        for (int kill = 0; kill < kills; kill++) {
          // Each point once, then one at a time between kills at any moment.
          int turn = kill % (POINTS.size() + 1);
          String moment = turn < POINTS.size() ? POINTS.get(turn) : "any";
          killOnce(broker, qos, moment, random);
          moments.merge(moment, 1, Integer::sum);
          System.out.printf("Kill %d of %d at QoS %d: %s%n", kill + 1, kills, qos, moment);
        }
        load.finish();
        Map<Integer, Long> sent = load.await();
        try (ChildJvm query = start(broker, qos)) {
          Await.until(
              "all of " + sent + ", " + query.describe(),
              START,
              () -> {
                assertThat(query.isAlive()).as(query.describe()).isTrue();
                return missing(sent) == 0;
              });
        }
        RowFiles.Content content = RowFiles.read(rows());
        SequenceCheck.Result result = content.against(sent);
        assertThat(result.missing()).as("missing: %s", result).isZero();
        if (qos == 2 && broker.keepsPacketIds()) {
          assertThat(result.duplicated()).as("duplicated: %s", result).isZero();
        }
        content.checkDense(PARTITIONS);
        System.out.printf(
            "Killed a query in real-time mode at QoS %d: %s; %d messages, %d offsets, %d rows%n",
            qos,
            moments,
            sent.values().stream().mapToLong(Long::longValue).sum(),
            content.numbers().size(),
            content.written());
      }
    }
  }

  private long missing(Map<Integer, Long> sent) {
    try {
      return Files.exists(rows()) ? RowFiles.read(rows()).against(sent).missing() : Long.MAX_VALUE;
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private Path rows() {
    return folder.resolve("rows");
  }

  private void killOnce(TestBroker broker, int qos, String moment, Random random) {
    if (moment.equals("any")) {
      try (ChildJvm query = start(broker, qos)) {
        query.awaitLine("query started", START);
        LockSupport.parkNanos(Duration.ofMillis(random.nextInt(8_000)).toNanos());
        query.kill9Running();
      }
      return;
    }
    int times = moment.equals("TRIMMED") ? 1 : 1 + random.nextInt(3);
    try (ChildJvm query = start(broker, qos, "at=" + moment + ":" + times)) {
      query.awaitLine("^at " + moment + "$", START);
      // The tasks may go on meanwhile.
      LockSupport.parkNanos(Duration.ofMillis(random.nextInt(300)).toNanos());
      query.kill9Running();
    }
  }

  private ChildJvm start(TestBroker broker, int qos, String... fault) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                folder.toString(),
                broker.url(),
                BATCH_MILLIS,
                "partitions=" + PARTITIONS,
                "qos=" + qos));
    arguments.addAll(List.of(fault));
    return ChildJvm.of(RealTimeProcess.class, arguments.toArray(String[]::new))
        .option("-Xmx1g")
        .start();
  }
}
