package io.github.mqttpartitioned.endtoend;

import io.github.mqttpartitioned.testkit.Await;
import io.github.mqttpartitioned.testkit.BrokerOptions;
import io.github.mqttpartitioned.testkit.ChildJvm;
import io.github.mqttpartitioned.testkit.Feature;
import io.github.mqttpartitioned.testkit.Seeded;
import io.github.mqttpartitioned.testkit.Soak;
import io.github.mqttpartitioned.testkit.TestBroker;
import io.github.mqttpartitioned.testkit.TestBrokers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** kill -9 in the middle, again and again, on one checkpoint. */
class KilledQueryTest {

  private static final int KILLS = 5;
  private static final int SOAK_KILLS = 100;
  private static final int PARTITIONS = 4;
  private static final int PER_SECOND = 2_000;
  private static final int SOAK_PER_SECOND = 200;
  private static final int MESSAGES_PER_KILL = 20_000;
  private static final int SOAK_MESSAGES_PER_KILL = 4_000;

  /** Moments of the stores' life to kill in; the rest is left to chance. */
  private static final String[] POINTS = {
    "OPENED", "COMMITTING", "COMMITTED", "TRIMMED", "TIDYING"
  };

  private static final Duration START = Duration.ofMinutes(10);

  @TempDir Path folder;

  @ParameterizedTest(name = "QoS {0}")
  @ValueSource(ints = {1, 2})
  void losesNothingHoweverOftenItsProcessIsKilled(int qos) {
    Seeded.run(
        1, random -> killAgainAndAgain(qos, KILLS, KILLS * MESSAGES_PER_KILL, PER_SECOND, random));
  }

  @Tag(Soak.TAG)
  @ParameterizedTest(name = "QoS {0}")
  @ValueSource(ints = {1, 2})
  void losesNothingInManyRounds(int qos) {
    int kills = Soak.rounds(SOAK_KILLS);
    Seeded.run(
        1,
        random ->
            killAgainAndAgain(qos, kills, kills * SOAK_MESSAGES_PER_KILL, SOAK_PER_SECOND, random));
  }

  private void killAgainAndAgain(int qos, int kills, int messages, int perSecond, Random random)
      throws Exception {
    BrokerOptions options = BrokerOptions.DEFAULTS.persistence(true).maxQueued(0);
    try (TestBroker broker = TestBrokers.start(options)) {
      Job job = new Job(folder, broker.url()).option("partitions", PARTITIONS).option("qos", qos);
      // The sessions must be there before the first message is.
      job.startConnected().stop();
      Map<String, Integer> moments = new TreeMap<>();
      try (Load load = Load.start(broker.url(), 2, messages, qos, perSecond)) {
        for (int kill = 0; kill < kills; kill++) {
          String moment = killOnce(broker, load, qos, kill, random);
          moments.merge(moment, 1, Integer::sum);
          System.out.printf("Kill %d of %d at QoS %d: %s%n", kill + 1, kills, qos, moment);
        }
        Map<Integer, Long> sent = load.await();
        try (QueryChild child = query(broker, qos)) {
          // At QoS 1 what was delivered again makes the offsets more than the messages.
          child.awaitProcessed(messages);
          child.awaitQuiet();
        }
        Arrived.check(job.rows(), sent, qos == 2 && broker.supports(Feature.KEEPS_PACKET_IDS));
        Arrived.checkOffsetsDense(job.rows(), PARTITIONS);
        System.out.printf(
            "Killed a query at QoS %d %d times: %s; %d messages, %d rows%n",
            qos, kills, moments, messages, job.rows().count());
      }
    }
  }

  /** Returns when it killed, for the summary: while it ran, while it started, at a point. */
  private String killOnce(TestBroker broker, Load load, int qos, int kill, Random random) {
    String point = POINTS[random.nextInt(POINTS.length)];
    String times = String.valueOf(point.startsWith("OPEN") ? 1 : 1 + random.nextInt(40));
    switch (kill % 3) {
      case 0 -> {
        try (QueryChild query = query(broker, qos)) {
          ChildJvm child = query.process();
          child.awaitLine("processed [1-9].*", START);
          LockSupport.parkNanos(Duration.ofMillis(random.nextInt(3_000)).toNanos());
          child.kill9();
          return "running";
        }
      }
      case 1 -> {
        try (QueryChild query = query(broker, qos, point, times)) {
          ChildJvm child = query.process();
          // Without new messages the point may never be reached.
          Await.until(
              "a stop at " + point + ", " + child.describe(),
              START,
              () -> child.lines().contains("at " + point) || load.isDone());
          child.kill9();
          return child.lines().contains("at " + point) ? point : "not at " + point;
        }
      }
      default -> {
        try (QueryChild query = query(broker, qos)) {
          ChildJvm child = query.process();
          LockSupport.parkNanos(Duration.ofMillis(2_000 + random.nextInt(8_000)).toNanos());
          child.kill9();
          return child.lines().contains("query started") ? "recovering" : "starting";
        }
      }
    }
  }

  private QueryChild query(TestBroker broker, int qos, String... fault) {
    return QueryChild.start(folder, broker, PARTITIONS, qos, fault);
  }
}
