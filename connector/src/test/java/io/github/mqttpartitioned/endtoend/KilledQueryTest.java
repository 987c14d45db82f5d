package io.github.mqttpartitioned.endtoend;

import io.github.mqttpartitioned.testkit.Await;
import io.github.mqttpartitioned.testkit.BrokerOptions;
import io.github.mqttpartitioned.testkit.ChildJvm;
import io.github.mqttpartitioned.testkit.Feature;
import io.github.mqttpartitioned.testkit.Seeded;
import io.github.mqttpartitioned.testkit.TestBroker;
import io.github.mqttpartitioned.testkit.TestBrokers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** kill -9 in the middle, again and again, on one checkpoint. */
class KilledQueryTest {

  private static final int KILLS = 5;
  private static final int PARTITIONS = 4;
  private static final int PER_SECOND = 2_000;
  private static final int MESSAGES = 100_000;
  private static final Duration START = Duration.ofMinutes(2);
  private static final Duration FINISH = Duration.ofMinutes(5);

  @TempDir Path folder;

  @ParameterizedTest(name = "QoS {0}")
  @ValueSource(ints = {1, 2})
  void losesNothingHoweverOftenItsProcessIsKilled(int qos) {
    Seeded.run(1, random -> killAgainAndAgain(qos, random));
  }

  private void killAgainAndAgain(int qos, Random random) throws Exception {
    BrokerOptions options = BrokerOptions.DEFAULTS.persistence(true).maxQueued(0);
    try (TestBroker broker = TestBrokers.start(options)) {
      Job job = new Job(folder, broker.url()).option("partitions", PARTITIONS).option("qos", qos);
      // The sessions must be there before the first message is.
      job.startConnected().stop();
      try (Load load = Load.start(broker.url(), 2, MESSAGES, qos, PER_SECOND)) {
        for (int kill = 0; kill < KILLS; kill++) {
          try (ChildJvm child = query(broker, qos)) {
            child.awaitLine("processed [1-9].*", START);
            LockSupport.parkNanos(Duration.ofMillis(random.nextInt(3_000)).toNanos());
            child.kill9();
          }
        }
        Map<Integer, Long> sent = load.await();
        try (ChildJvm child = query(broker, qos)) {
          // At QoS 1 what was delivered again makes the offsets more than the messages.
          awaitProcessed(child, MESSAGES);
          awaitQuiet(child);
          child.kill9();
        }
        Arrived.check(job.rows(), sent, qos == 2 && broker.supports(Feature.KEEPS_PACKET_IDS));
        Arrived.checkOffsetsDense(job.rows(), PARTITIONS);
      }
    }
  }

  private ChildJvm query(TestBroker broker, int qos) {
    return ChildJvm.of(
            QueryProcess.class,
            folder.toString(),
            broker.url(),
            String.valueOf(PARTITIONS),
            String.valueOf(qos))
        .option("-Xmx1g")
        .start();
  }

  private static void awaitProcessed(ChildJvm child, long messages) {
    Await.until(
        messages + " processed, " + child.describe(), FINISH, () -> processed(child) >= messages);
  }

  /** Waits until the count has not changed for two seconds. */
  private static void awaitQuiet(ChildJvm child) {
    long[] last = {-1, 0};
    Await.until(
        "an end of messages",
        FINISH,
        () -> {
          long now = processed(child);
          if (now != last[0]) {
            last[0] = now;
            last[1] = System.nanoTime();
          }
          return System.nanoTime() - last[1] > Duration.ofSeconds(2).toNanos();
        });
  }

  private static long processed(ChildJvm child) {
    return child.lines().stream()
        .filter(line -> line.startsWith("processed "))
        .mapToLong(line -> Long.parseLong(line.substring("processed ".length())))
        .max()
        .orElse(0);
  }
}
