// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.cluster.ClusterTimeouts;
import io.github.mqttpartitioned.endtoend.ClusterApplication.Report;
import io.github.mqttpartitioned.testkit.Await;
import io.github.mqttpartitioned.testkit.BrokerOptions;
import io.github.mqttpartitioned.testkit.Full;
import io.github.mqttpartitioned.testkit.NumberedMessages;
import io.github.mqttpartitioned.testkit.Publisher;
import io.github.mqttpartitioned.testkit.Soak;
import io.github.mqttpartitioned.testkit.StandaloneCluster;
import io.github.mqttpartitioned.testkit.TestBroker;
import io.github.mqttpartitioned.testkit.TestBrokers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Real executors: a standalone master, two workers, two executors on each. */
@Tag(Full.TAG)
class ClusterTest {

  private static final int PARTITIONS = 8;
  private static final int MESSAGES = Integer.getInteger("test.cluster.messages", 40_000);
  private static final int SOAK_MESSAGES = Integer.getInteger("soak.messages", 500_000);
  private static final int EXECUTORS = 4;
  private static final Duration FINISH = Duration.ofMinutes(10);
  private static final BrokerOptions BROKER = BrokerOptions.DEFAULTS.persistence(true).maxQueued(0);

  @TempDir private static Path clusterFolder;
  private static StandaloneCluster cluster;

  @TempDir private Path folder;

  @BeforeAll
  static void startCluster() {
    cluster = StandaloneCluster.start(clusterFolder, 2, 2);
  }

  @AfterAll
  static void stopCluster() {
    cluster.close();
  }

  private ClusterApplication start(TestBroker broker, int qos, String... settings) {
    List<String> all = new ArrayList<>(List.of("partitions=" + PARTITIONS, "qos=" + qos));
    all.addAll(List.of(settings));
    return ClusterApplication.start(cluster, folder, broker, all);
  }

  @Test
  void everyMessageArrivesOnceAndIsReadWhereItLies() throws Exception {
    run(2, MESSAGES);
  }

  @Tag(Soak.TAG)
  @ParameterizedTest(name = "QoS {0}")
  @ValueSource(ints = {1, 2})
  void everyMessageArrivesOnceAndIsReadWhereItLiesLongRun(int qos) throws Exception {
    run(qos, SOAK_MESSAGES);
  }

  private void run(int qos, int messages) throws Exception {
    // On a busy machine a task before it may take longer than the 3 s that Spark would wait.
    try (TestBroker broker = TestBrokers.start(BROKER);
        ClusterApplication application = start(broker, qos, "spark.locality.wait=60s")) {
      application.awaitMembers();
      try (Load load = Load.start(broker.url(), 4, messages, qos, 0)) {
        Map<Integer, Long> sent = load.await();
        application.awaitProcessed(messages);
        Traces traces = application.traces(broker);
        assertThat(traces.in(cluster.executors())).isNotEmpty();
        application.stop();
        application.awaitNone("the source", () -> traces.in(cluster.executors()));
        assertThat(cluster.executors()).hasSize(EXECUTORS);
        Arrived.check(rows(), sent, qos == 2 && broker.keepsPacketIds());
        Arrived.checkOffsetsDense(rows(), PARTITIONS);
        Report report = application.report();
        System.out.printf(
            "QoS %d: %d rows read, %d of them locally%n", qos, report.read(), report.local());
        assertThat(report.read()).isGreaterThanOrEqualTo(messages);
        assertThat(report.local() / (double) report.read()).isGreaterThan(0.95);
      }
    }
  }

  /** Then the tasks that wait take all the cores there are, and none is left for other jobs. */
  @Test
  void allExecutorsKilledAtOnceLoseNothing() throws Exception {
    killExecutors(2, MESSAGES, 1, EXECUTORS);
  }

  @Tag(Soak.TAG)
  @ParameterizedTest(name = "QoS {0}")
  @ValueSource(ints = {1, 2})
  void executorsThatAreKilledLoseNothingLongRun(int qos) throws Exception {
    killExecutors(qos, SOAK_MESSAGES, EXECUTORS, 1);
  }

  private void killExecutors(int qos, int messages, int kills, int atOnce) throws Exception {
    try (TestBroker broker = TestBrokers.start(BROKER);
        ClusterApplication application = start(broker, qos)) {
      application.awaitMembers();
      try (Load load = Load.start(broker.url(), 2, messages, qos, messages / 20)) {
        List<ProcessHandle> all = cluster.executors();
        for (int kill = 1; kill <= kills; kill++) {
          application.awaitProcessed((long) messages * kill / (EXECUTORS + 2));
          List<ProcessHandle> victims = all.subList((kill - 1) * atOnce, kill * atOnce);
          victims.forEach(ProcessHandle::destroyForcibly);
          for (ProcessHandle victim : victims) {
            victim.onExit().get(1, TimeUnit.MINUTES);
          }
          application.await("other executors", () -> cluster.executors().size() == EXECUTORS);
        }
        Map<Integer, Long> sent = load.await();
        application.awaitProcessed(messages);
        application.awaitQuiet();
        application.stop();
        Arrived.check(rows(), sent, qos == 2 && broker.keepsPacketIds());
        Arrived.checkOffsetsDense(rows(), PARTITIONS);
      }
    }
  }

  @Tag(Soak.TAG)
  @Test
  void executorThatIsPausedLongerThanItsLeaseHarmsNothingWhenItWakesUp() throws Exception {
    int qos = 2;
    try (TestBroker broker = TestBrokers.start(BROKER);
        ClusterApplication application = start(broker, qos)) {
      application.awaitMembers();
      try (Load load = Load.start(broker.url(), 2, MESSAGES, qos, MESSAGES / 40)) {
        application.awaitProcessed(MESSAGES / 8);
        ProcessHandle victim = cluster.executors().get(0);
        long paused = System.nanoTime();
        signal("STOP", victim);
        application.driver().awaitLine("is lost", ClusterApplication.START);
        Await.until(
            "the end of the lease",
            FINISH,
            () -> System.nanoTime() - paused > ClusterTimeouts.LEASE.plusSeconds(2).toNanos());
        signal("CONT", victim);
        Map<Integer, Long> sent = load.await();
        application.awaitProcessed(MESSAGES);
        application.awaitQuiet();
        application.stop();
        Arrived.check(rows(), sent, broker.keepsPacketIds());
        Arrived.checkOffsetsDense(rows(), PARTITIONS);
      }
    }
  }

  /** From a message's receipt to the start of its batch, and how many jobs there were meanwhile. */
  @Tag(Soak.TAG)
  @Test
  void idleClusterRunsNoJobAndStartsABatchWithinMilliseconds() throws Exception {
    int rounds = 40;
    try (TestBroker broker = TestBrokers.start(BROKER);
        ClusterApplication application = start(broker, 1)) {
      application.awaitMembers();
      long jobs = application.report().jobs();
      try (Publisher publisher = Publisher.to(broker.url()).connect()) {
        NumberedMessages messages = new NumberedMessages(0, 100);
        for (int round = 1; round <= rounds; round++) {
          publisher.publish("test/one", messages.next(), 1);
          application.awaitProcessed(round);
        }
      }
      application.stop();
      // One job writes a batch to the sink.
      assertThat(application.report().jobs() - jobs).isLessThanOrEqualTo(rounds);
      List<Long> starts =
          application.driver().lines().stream()
              .filter(line -> line.startsWith("started "))
              .map(line -> Long.parseLong(line.substring("started ".length())))
              .toList();
      long[] delays =
          rows().select("timestamp").collectAsList().stream()
              .mapToLong(row -> row.getTimestamp(0).getTime())
              .map(
                  received ->
                      starts.stream()
                              .mapToLong(start -> start)
                              .filter(s -> s >= received)
                              .min()
                              .orElseThrow()
                          - received)
              .sorted()
              .toArray();
      System.out.printf(
          "receipt to start of batch: median %d ms, most %d ms%n",
          delays[rounds / 2], delays[rounds - 1]);
      assertThat(delays[rounds / 2]).isLessThan(50);
    }
  }

  private static void signal(String name, ProcessHandle process) throws Exception {
    int exit =
        new ProcessBuilder("kill", "-" + name, String.valueOf(process.pid()))
            .inheritIO()
            .start()
            .waitFor();
    assertThat(exit).isZero();
  }

  @Test
  void driverThatIsKilledIsFollowedByAnother() throws Exception {
    killDriver(1, MESSAGES);
  }

  @Tag(Soak.TAG)
  @ParameterizedTest(name = "QoS {0}")
  @ValueSource(ints = {1, 2})
  void driverThatIsKilledIsFollowedByAnotherLongRun(int qos) throws Exception {
    killDriver(qos, SOAK_MESSAGES);
  }

  private void killDriver(int qos, int messages) throws Exception {
    try (TestBroker broker = TestBrokers.start(BROKER)) {
      Map<Integer, Long> sent;
      try (ClusterApplication first = start(broker, qos)) {
        first.awaitMembers();
        try (Load load = Load.start(broker.url(), 2, messages, qos, messages / 10)) {
          first.awaitProcessed(messages / 4);
          first.driver().kill9();
          try (ClusterApplication second = start(broker, qos)) {
            sent = load.await();
            second.awaitProcessed(messages);
            second.awaitQuiet();
            second.stop();
          }
        }
      }
      Arrived.check(rows(), sent, qos == 2 && broker.keepsPacketIds());
      Arrived.checkOffsetsDense(rows(), PARTITIONS);
    }
  }

  private Dataset<Row> rows() {
    return ClusterApplication.rows(folder);
  }
}
