// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.receiver;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.store.PartitionStore;
import io.github.mqttpartitioned.store.StoreConfig;
import io.github.mqttpartitioned.testkit.Await;
import io.github.mqttpartitioned.testkit.ChildJvm;
import io.github.mqttpartitioned.testkit.Full;
import io.github.mqttpartitioned.testkit.Seeded;
import io.github.mqttpartitioned.testkit.SessionBroker;
import io.github.mqttpartitioned.testkit.Soak;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.BitSet;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * kill -9 of a member, at random moments and in the midst of creating, opening, committing,
 * trimming and reopening its store. The broker's record of acknowledgements is held against the
 * store after each kill.
 */
@Tag(Full.TAG)
class KilledReceiverTest {

  private static final String ANY_MOMENT = "-";
  private static final int WINDOW = 2_000;
  private static final int MESSAGES_PER_ROUND = 5_000;
  private static final int PAYLOAD_BYTES = 200;

  /** Where to kill, in the first rounds one after another: fault points, or a random moment. */
  private static final String[] POINTS = {
    "CREATED",
    "COMMITTED",
    "TRIMMED",
    ANY_MOMENT,
    "REOPENING",
    "COMMITTING",
    "OPENED",
    "TIDYING",
    ANY_MOMENT,
    ANY_MOMENT
  };

  private static final int LATER = POINTS.length - 1;
  private static final Duration POINT_DEADLINE = Duration.ofMinutes(3);
  private static final Duration IDLE = Duration.ofSeconds(1);
  private static final Duration FINISH = Duration.ofMinutes(5);

  @TempDir Path folder;

  @ParameterizedTest(name = "QoS {0}")
  @ValueSource(ints = {1, 2})
  void hasAcknowledgedNothingThatItsStoreDoesNotHold(int qos) {
    Seeded.run(1, random -> killAgainAndAgain(qos, 5, random));
  }

  @Tag(Soak.TAG)
  @ParameterizedTest(name = "QoS {0}")
  @ValueSource(ints = {2, 1})
  void hasAcknowledgedNothingThatItsStoreDoesNotHoldInManyRounds(int qos) {
    Seeded.run(1, random -> killAgainAndAgain(qos, Soak.rounds(100), random));
  }

  private void killAgainAndAgain(int qos, int rounds, Random random) throws Exception {
    Path home = Files.createTempDirectory(folder, "member");
    Map<String, Integer> kills = new TreeMap<>();
    try (SessionBroker broker = new SessionBroker(qos, WINDOW, PAYLOAD_BYTES)) {
      StoredNumbers stored = new StoredNumbers();
      for (int round = 0; round < rounds; round++) {
        broker.publish(MESSAGES_PER_ROUND);
        String point = round < POINTS.length ? POINTS[round] : POINTS[1 + random.nextInt(LATER)];
        // What has been looked at once may go.
        long trimTo = stored.next() - random.nextInt(100);
        // The first round of a point takes the first time, which comes for certain.
        int times = round >= POINTS.length && comesBy(point) ? 1 + random.nextInt(8) : 1;
        String where = killOnce(home, broker, qos, trimTo, point, times, random);
        kills.merge(where, 1, Integer::sum);
        if (round < POINTS.length && !point.equals(ANY_MOMENT)) {
          assertThat(where).isEqualTo(point);
        }
        try (PartitionStore store = open(home)) {
          stored.follow(store);
        }
        stored.assertHolds(broker.acknowledged());
        assertThat(broker.violations()).isEmpty();
        if (qos == 2) {
          assertThat(stored.duplicates()).isZero();
        }
        System.out.printf("Kill %d of %d at QoS %d: %s%n", round + 1, rounds, qos, where);
      }
      try (Member member = ReceiverProcess.member(home, broker.url(), qos)) {
        member.start();
        Await.until(
            "the last acknowledgement",
            FINISH,
            () -> {
              // A store that is full waits for what it holds to be looked at.
              stored.learn(member.store());
              member.receiver().progress(Progress.ofTrim(stored.next()));
              return broker.isDone();
            });
        member.stop();
        try (PartitionStore store = open(home)) {
          stored.follow(store);
        }
      }
      BitSet all = new BitSet();
      all.set(0, rounds * MESSAGES_PER_ROUND);
      stored.assertHolds(all);
      assertThat(broker.violations()).isEmpty();
      assertThat(qos == 2 ? stored.duplicates() : 0).isZero();
      System.out.printf(
          "Killed a member at QoS %d %d times: %s; %d messages, %d of them stored again%n",
          qos, rounds, kills, all.cardinality(), stored.duplicates());
    }
  }

  private static boolean comesBy(String point) {
    return point.startsWith("COMM") || point.equals("TIDYING");
  }

  /** Returns where the kill was. */
  private static String killOnce(
      Path home,
      SessionBroker broker,
      int qos,
      long trimTo,
      String point,
      int times,
      Random random) {
    try (ChildJvm child =
        ChildJvm.of(
                ReceiverProcess.class,
                home.toString(),
                broker.url(),
                String.valueOf(qos),
                String.valueOf(trimTo),
                point,
                String.valueOf(times))
            .start()) {
      String where = "a random moment";
      if (point.equals(ANY_MOMENT)) {
        LockSupport.parkNanos(Duration.ofMillis(random.nextInt(2_500)).toNanos());
      } else {
        where = awaitPoint(child, broker, point);
      }
      child.kill9();
      return where;
    }
  }

  /** Waits until the child stands there, or has nothing more to do that could bring it there. */
  private static String awaitPoint(ChildJvm child, SessionBroker broker, String point) {
    long[] idleSince = {System.nanoTime()};
    Await.until(
        "a stop at " + point,
        POINT_DEADLINE,
        () -> {
          if (!child.isAlive()) {
            throw new AssertionError(child.describe());
          }
          if (!broker.isConnected() || !broker.isDone()) {
            idleSince[0] = System.nanoTime();
          }
          return child.lines().contains("at " + point)
              || System.nanoTime() - idleSince[0] > IDLE.toNanos();
        });
    return child.lines().contains("at " + point) ? point : "not at " + point;
  }

  private static PartitionStore open(Path home) {
    return PartitionStore.open(
        new StoreConfig(home.resolve("p0"), "5eed", 0, ReceiverProcess.STORE_BYTES, 0));
  }
}
