package io.github.mqttpartitioned.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.coordinator.Lease;
import io.github.mqttpartitioned.testkit.Await;
import io.github.mqttpartitioned.testkit.BrokerOptions;
import io.github.mqttpartitioned.testkit.ChildJvm;
import io.github.mqttpartitioned.testkit.Feature;
import io.github.mqttpartitioned.testkit.NumberedMessages;
import io.github.mqttpartitioned.testkit.Publisher;
import io.github.mqttpartitioned.testkit.Soak;
import io.github.mqttpartitioned.testkit.StandaloneCluster;
import io.github.mqttpartitioned.testkit.TestBroker;
import io.github.mqttpartitioned.testkit.TestBrokers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
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
class ClusterTest {

  private static final int PARTITIONS = 8;
  private static final int MESSAGES = Integer.getInteger("test.cluster.messages", 40_000);
  private static final int SOAK_MESSAGES = Integer.getInteger("soak.messages", 500_000);
  private static final int EXECUTORS = 4;
  private static final Duration START = Duration.ofMinutes(10);
  private static final Duration FINISH = Duration.ofMinutes(10);
  private static final BrokerOptions BROKER = BrokerOptions.DEFAULTS.persistence(true).maxQueued(0);
  private static final Pattern REPORT =
      Pattern.compile("processed (\\d+) read (\\d+) local (\\d+) jobs (\\d+) batches (-?\\d+)");

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

  private ChildJvm driver(TestBroker broker, int qos, String... more) {
    List<String> arguments = new ArrayList<>(List.of(folder.toString(), broker.url()));
    cluster.settings().forEach((name, value) -> arguments.add(name + "=" + value));
    arguments.addAll(List.of("partitions=" + PARTITIONS, "qos=" + qos));
    arguments.addAll(List.of(more));
    return ChildJvm.of(ClusterDriver.class, arguments.toArray(String[]::new)).heapMiB(768).start();
  }

  private static long[] last(ChildJvm driver) {
    List<String> lines = driver.lines();
    for (int i = lines.size() - 1; i >= 0; i--) {
      Matcher report = REPORT.matcher(lines.get(i));
      if (report.find()) {
        long[] values = new long[report.groupCount()];
        for (int group = 0; group < values.length; group++) {
          values[group] = Long.parseLong(report.group(group + 1));
        }
        return values;
      }
    }
    return new long[5];
  }

  private static void awaitProcessed(ChildJvm driver, long messages) {
    await(driver, messages + " processed", () -> last(driver)[0] >= messages);
  }

  private static void await(ChildJvm driver, String what, BooleanSupplier condition) {
    try {
      Await.until(
          what,
          FINISH,
          () -> {
            assertThat(driver.isAlive()).as(driver::describe).isTrue();
            return condition.getAsBoolean();
          });
    } catch (AssertionError e) {
      throw new AssertionError(
          e.getMessage() + "\n" + driver.describe() + "\n" + cluster.describe(), e);
    }
  }

  private void stop(ChildJvm driver) throws IOException {
    Files.createFile(folder.resolve("stop"));
    driver.awaitLine("query stopped", START);
    Files.delete(folder.resolve("stop"));
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
    try (TestBroker broker = TestBrokers.start(BROKER);
        ChildJvm driver = driver(broker, qos)) {
      awaitMembers(driver);
      try (Load load = Load.start(broker.url(), 4, messages, qos, 0)) {
        Map<Integer, Long> sent = load.await();
        awaitProcessed(driver, messages);
        stop(driver);
        await(driver, "an end of all threads in the executors", () -> threads().isEmpty());
        Arrived.check(rows(), sent, qos == 2 && broker.supports(Feature.KEEPS_PACKET_IDS));
        Arrived.checkOffsetsDense(rows(), PARTITIONS);
        long[] report = last(driver);
        System.out.printf("QoS %d: %d rows read, %d of them locally%n", qos, report[1], report[2]);
        assertThat(report[2]).isGreaterThan(report[1] / 2);
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
        ChildJvm driver = driver(broker, qos)) {
      awaitMembers(driver);
      try (Load load = Load.start(broker.url(), 2, messages, qos, messages / 20)) {
        List<ProcessHandle> all = cluster.executors();
        for (int kill = 1; kill <= kills; kill++) {
          awaitProcessed(driver, (long) messages * kill / (EXECUTORS + 2));
          List<ProcessHandle> victims = all.subList((kill - 1) * atOnce, kill * atOnce);
          victims.forEach(ProcessHandle::destroyForcibly);
          for (ProcessHandle victim : victims) {
            victim.onExit().get(1, TimeUnit.MINUTES);
          }
          await(driver, "other executors", () -> cluster.executors().size() == EXECUTORS);
        }
        Map<Integer, Long> sent = load.await();
        awaitProcessed(driver, messages);
        awaitQuiet(driver);
        stop(driver);
        Arrived.check(rows(), sent, qos == 2 && broker.supports(Feature.KEEPS_PACKET_IDS));
        Arrived.checkOffsetsDense(rows(), PARTITIONS);
      }
    }
  }

  @Tag(Soak.TAG)
  @Test
  void executorThatIsPausedLongerThanItsLeaseHarmsNothingWhenItWakesUp() throws Exception {
    int qos = 2;
    try (TestBroker broker = TestBrokers.start(BROKER);
        ChildJvm driver = driver(broker, qos)) {
      awaitMembers(driver);
      try (Load load = Load.start(broker.url(), 2, MESSAGES, qos, MESSAGES / 40)) {
        awaitProcessed(driver, MESSAGES / 8);
        ProcessHandle victim = cluster.executors().get(0);
        long paused = System.nanoTime();
        signal("STOP", victim);
        driver.awaitLine("is lost", START);
        Await.until(
            "the end of the lease",
            FINISH,
            () -> System.nanoTime() - paused > Lease.LIMIT.plusSeconds(2).toNanos());
        signal("CONT", victim);
        Map<Integer, Long> sent = load.await();
        awaitProcessed(driver, MESSAGES);
        awaitQuiet(driver);
        stop(driver);
        Arrived.check(rows(), sent, broker.supports(Feature.KEEPS_PACKET_IDS));
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
        ChildJvm driver = driver(broker, 1)) {
      awaitMembers(driver);
      long jobs = last(driver)[3];
      try (Publisher publisher = Publisher.to(broker.url()).connect()) {
        NumberedMessages messages = new NumberedMessages(0, 100);
        for (int round = 1; round <= rounds; round++) {
          publisher.publish("test/one", messages.next(), 1);
          awaitProcessed(driver, round);
        }
      }
      stop(driver);
      // One job writes a batch to the sink.
      assertThat(last(driver)[3] - jobs).isLessThanOrEqualTo(rounds);
      List<Long> starts =
          driver.lines().stream()
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
      try (ChildJvm first = driver(broker, qos)) {
        awaitMembers(first);
        try (Load load = Load.start(broker.url(), 2, messages, qos, messages / 10)) {
          awaitProcessed(first, messages / 4);
          first.kill9();
          try (ChildJvm second = driver(broker, qos)) {
            sent = load.await();
            awaitProcessed(second, messages);
            awaitQuiet(second);
            stop(second);
          }
        }
      }
      Arrived.check(rows(), sent, qos == 2 && broker.supports(Feature.KEEPS_PACKET_IDS));
      Arrived.checkOffsetsDense(rows(), PARTITIONS);
    }
  }

  /** Threads of the source in the executors, by the names that the system knows. */
  private static List<String> threads() {
    List<String> names = new ArrayList<>();
    for (ProcessHandle executor : cluster.executors()) {
      try (Stream<Path> tasks = Files.list(Path.of("/proc", executor.pid() + "", "task"))) {
        for (Path task : tasks.toList()) {
          String name = Files.readString(task.resolve("comm")).strip();
          if (name.startsWith("mqtt")) {
            names.add(executor.pid() + " " + name);
          }
        }
      } catch (IOException e) {
        // It has ended meanwhile; the next look is a new one.
        names.add(e.toString());
      }
    }
    return names;
  }

  /** The first progress comes when all members are connected. */
  private static void awaitMembers(ChildJvm driver) {
    driver.awaitLine("batches \\d", START);
  }

  /** Waits until the count has not changed for two seconds. */
  private static void awaitQuiet(ChildJvm driver) {
    long[] last = {-1, 0};
    await(
        driver,
        "an end of messages",
        () -> {
          long now = last(driver)[0];
          if (now != last[0]) {
            last[0] = now;
            last[1] = System.nanoTime();
          }
          return System.nanoTime() - last[1] > Duration.ofSeconds(2).toNanos();
        });
  }

  private Dataset<Row> rows() {
    return Spark.session().read().parquet(folder.resolve("output").toString());
  }
}
