// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.testkit.BrokerOptions;
import io.github.mqttpartitioned.testkit.Full;
import io.github.mqttpartitioned.testkit.Seeded;
import io.github.mqttpartitioned.testkit.Soak;
import io.github.mqttpartitioned.testkit.TestBroker;
import io.github.mqttpartitioned.testkit.TestBrokers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** kill -9 in the middle, again and again, on one checkpoint. */
@Tag(Full.TAG)
class KilledQueryTest {

  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final int KILLS = 5;
  private static final int SOAK_KILLS = 100;
  private static final int PARTITIONS = 4;
  private static final int PER_SECOND = 1_500;
  private static final int SOAK_PER_SECOND = 200;

  /** Of three kills in a row, one is at a point. */
  private static final int MANNERS = 3;

  /** Moments of the stores' life to kill in, one after another at first; all come by under load. */
  private static final String[] POINTS = {
    "OPENED", "COMMITTING", "COMMITTED", "TRIMMED", "TIDYING"
  };

  private static final Duration START = Duration.ofMinutes(10);

  @TempDir Path folder;

  @ParameterizedTest(name = "QoS {0}")
  @ValueSource(ints = {1, 2})
  void losesNothingHoweverOftenItsProcessIsKilled(int qos) {
    Seeded.run(1, random -> killAgainAndAgain(qos, KILLS, PER_SECOND, random));
  }

  @Tag(Soak.TAG)
  @ParameterizedTest(name = "QoS {0}")
  @ValueSource(ints = {1, 2})
  void losesNothingInManyRounds(int qos) {
    int kills = Soak.rounds(SOAK_KILLS);
    Seeded.run(1, random -> killAgainAndAgain(qos, kills, SOAK_PER_SECOND, random));
  }

  private void killAgainAndAgain(int qos, int kills, int perSecond, Random random)
      throws Exception {
    BrokerOptions options = BrokerOptions.DEFAULTS.persistence(true).maxQueued(0);
    try (TestBroker broker = TestBrokers.start(options)) {
      Job job = new Job(folder, broker.url()).option("partitions", PARTITIONS).option("qos", qos);
      // The sessions must be there before the first message is.
      try (QueryChild first = query(broker, qos)) {
        first.process().awaitLine("processed", START);
      }
      List<String> points = new ArrayList<>(List.of(POINTS));
      Collections.shuffle(points, random);
      Map<String, Integer> moments = new TreeMap<>();
      try (Load load = Load.startEndless(broker.url(), 2, qos, perSecond)) {
        long published = 0;
        for (int kill = 0; kill < kills; kill++) {
          published = load.published();
          int turn = kill / MANNERS;
          String point = points.get(turn < POINTS.length ? turn : random.nextInt(POINTS.length));
          String moment = killOnce(broker, qos, kill, point, random);
          moments.merge(moment, 1, Integer::sum);
          System.out.printf("Kill %d of %d at QoS %d: %s%n", kill + 1, kills, qos, moment);
        }
        assertThat(load.published()).as("published until the last kill").isGreaterThan(published);
        assertKilledEverywhere(moments, points, kills);
        load.finish();
        Map<Integer, Long> sent = load.await();
        long messages = sent.values().stream().mapToLong(Long::longValue).sum();
        String spark;
        try (QueryChild child = query(broker, qos)) {
          spark = child.process().awaitLine("running on Spark (\\S+)", PATIENCE).group(1);
          // At QoS 1 what was delivered again makes the offsets more than the messages.
          child.awaitProcessed(messages);
          child.awaitQuiet();
        }
        Arrived.check(job.rows(), sent, qos == 2 && broker.keepsPacketIds());
        Arrived.checkOffsetsDense(job.rows(), PARTITIONS);
        System.out.printf(
            "Killed a query of Spark %s at QoS %d %d times: %s; %d messages, %d rows%n",
            spark, qos, kills, moments, messages, job.rows().count());
      }
    }
  }

  private static void assertKilledEverywhere(
      Map<String, Integer> moments, List<String> points, int kills) {
    int atPoints = (kills + 1) / MANNERS;
    assertThat(moments).containsEntry("running", (kills + 2) / MANNERS);
    assertThat(moments).containsKeys(points.stream().limit(atPoints).toArray(String[]::new));
    assertThat(points.stream().mapToInt(point -> moments.getOrDefault(point, 0)).sum())
        .as("at points: %s", moments)
        .isEqualTo(atPoints);
  }

  /** Returns when it killed, for the summary: while it ran, while it started, at the point. */
  private String killOnce(TestBroker broker, int qos, int kill, String point, Random random) {
    switch (kill % MANNERS) {
      case 0 -> {
        try (QueryChild query = query(broker, qos)) {
          query.process().awaitLine("processed [1-9].*", START);
          LockSupport.parkNanos(Duration.ofMillis(random.nextInt(3_000)).toNanos());
          query.kill9();
          return "running";
        }
      }
      case 1 -> {
        int times = point.equals("OPENED") ? 1 : 1 + random.nextInt(40);
        try (QueryChild query = query(broker, qos, point, String.valueOf(times))) {
          query.awaitPoint(point);
          query.kill9();
          return point;
        }
      }
      default -> {
        try (QueryChild query = query(broker, qos)) {
          LockSupport.parkNanos(Duration.ofMillis(2_000 + random.nextInt(8_000)).toNanos());
          query.kill9();
          boolean started = query.process().lines().contains("query started");
          return started ? "recovering" : "starting";
        }
      }
    }
  }

  private QueryChild query(TestBroker broker, int qos, String... fault) {
    return QueryChild.start(folder, broker, PARTITIONS, qos, fault);
  }
}
