// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.mqttpartitioned.MqttCatalog;
import io.github.mqttpartitioned.endtoend.ClusterApplication.Report;
import io.github.mqttpartitioned.testkit.BrokerOptions;
import io.github.mqttpartitioned.testkit.ChildJvm;
import io.github.mqttpartitioned.testkit.ConnectorJar;
import io.github.mqttpartitioned.testkit.Full;
import io.github.mqttpartitioned.testkit.Jdk;
import io.github.mqttpartitioned.testkit.LocalCluster;
import io.github.mqttpartitioned.testkit.MatrixTable;
import io.github.mqttpartitioned.testkit.MatrixTable.Column;
import io.github.mqttpartitioned.testkit.SparkRuntime;
import io.github.mqttpartitioned.testkit.SparkVersion;
import io.github.mqttpartitioned.testkit.TestBroker;
import io.github.mqttpartitioned.testkit.TestBrokers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The same jar on each Spark and each JDK. The page docs/compatibility.md shows what ran. */
@Tag(Full.TAG)
class VersionMatrixIT {

  private static final int MESSAGES = 2_000;
  private static final int PER_SECOND = 1_000;
  private static final int CLUSTER_MESSAGES = 5_000;
  private static final int PARTITIONS = 2;
  private static final List<Integer> JDKS = List.of(17, 21);

  /** Which runs, as a regular expression, such as {@code .3.5.9_2.1[23], 17.}; all by default. */
  private static final String ONLY = System.getProperty("test.matrix", ".*");

  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final BrokerOptions BROKER = BrokerOptions.DEFAULTS.persistence(true).maxQueued(0);

  /** Of the query that each version takes over from the one before. */
  @TempDir private static Path handedOn;

  private static final MatrixTable TABLE = new MatrixTable();
  private static TestBroker broker;
  private static final Map<Integer, Long> SENT_TO_ALL = new HashMap<>();
  private static int publishers;

  @TempDir private Path folder;

  @BeforeAll
  static void startBroker() {
    broker = TestBrokers.start(BROKER);
  }

  @AfterAll
  static void stopBroker() throws IOException {
    broker.close();
    TABLE.updateOrPrint();
  }

  static Stream<Arguments> matrix() {
    // No version takes over what a newer one has written.
    return SparkVersion.SUPPORTED.stream()
        .flatMap(spark -> JDKS.stream().map(jdk -> Arguments.of(spark, jdk)))
        .filter(run -> Arrays.toString(run.get()).matches(ONLY));
  }

  /** The time of the whole is bounded: the newest Java runs a cluster of the newest Spark only. */
  static Stream<Arguments> clusterMatrix() {
    int newest = SparkVersion.SUPPORTED.size() - 1;
    return matrix()
        .filter(
            run ->
                run.get()[1].equals(JDKS.get(0))
                    || run.get()[0].equals(SparkVersion.SUPPORTED.get(newest)));
  }

  private static SparkRuntime runtime(SparkVersion spark, int release) {
    Optional<Jdk> jdk = Jdk.find(release);
    assumeTrue(
        jdk.isPresent(), "There is no JDK %d here; JAVA_HOME_%1$d names one".formatted(release));
    return SparkRuntime.of(spark, jdk.get(), List.of(ConnectorJar.path()));
  }

  @ParameterizedTest(name = "Spark {0} on JDK {1}")
  @MethodSource("matrix")
  void queriesSurviveAKillARestartAndAnotherVersion(SparkVersion spark, int jdk) throws Exception {
    SparkRuntime runtime = runtime(spark, jdk);
    Map<Integer, Long> sent = new HashMap<>();
    try (ChildJvm first = start(runtime)) {
      first.awaitLine("running on Spark " + spark.spark(), PATIENCE);
      try (Load load = load(PER_SECOND)) {
        first.awaitLine("processed [1-9]\\d* [1-9]\\d* [1-9]\\d*", PATIENCE);
        first.kill9Running();
        try (ChildJvm second = start(runtime)) {
          sent.putAll(load.await());
          awaitProcessed(second, sent);
          Files.createFile(folder.resolve("stop"));
          second.awaitLine("stopped", PATIENCE);
          try (Load more = load(0)) {
            sent.putAll(more.await());
          }
          Files.createFile(folder.resolve("drain"));
          second.awaitLine("drained", PATIENCE);
          assertThat(second.awaitExit(PATIENCE)).isZero();
        }
      }
    }
    boolean isTakenOver = !SENT_TO_ALL.isEmpty();
    SENT_TO_ALL.putAll(sent);
    check(folder.resolve("1"), sent, false);
    check(folder.resolve("2"), sent, broker.keepsPacketIds());
    check(handedOn, SENT_TO_ALL, broker.keepsPacketIds());
    TABLE.ran(spark, jdk, Column.LOCAL);
    if (isTakenOver) {
      TABLE.ran(spark, jdk, Column.HANDED_ON);
    }
  }

  private ChildJvm start(SparkRuntime runtime) {
    return ChildJvm.of(
            VersionProcess.class,
            folder.toString(),
            broker.url(),
            "1=" + folder.resolve("1"),
            "2=" + folder.resolve("2"),
            "2=" + handedOn)
        .runtime(runtime)
        .heapMiB(1024)
        .start();
  }

  private static Load load(int perSecond) {
    Load load = Load.startAt(publishers, broker.url(), 2, MESSAGES, 2, perSecond);
    publishers += 2;
    return load;
  }

  private static void awaitProcessed(ChildJvm process, Map<Integer, Long> sent) {
    long fresh = sent.values().stream().mapToLong(Long::longValue).sum();
    long before = SENT_TO_ALL.values().stream().mapToLong(Long::longValue).sum();
    List<Long> wanted = List.of(fresh, fresh, before + fresh);
    Matcher processed;
    do {
      processed = process.awaitLine("processed (\\d+) (\\d+) (\\d+)", PATIENCE);
    } while (!isAtLeast(processed, wanted));
  }

  private static boolean isAtLeast(Matcher processed, List<Long> wanted) {
    return IntStream.range(0, wanted.size())
        .allMatch(query -> Long.parseLong(processed.group(query + 1)) >= wanted.get(query));
  }

  private static void check(Path home, Map<Integer, Long> sent, boolean exactlyOnce) {
    Job job = new Job(home, broker.url());
    Arrived.check(job.rows(), sent, exactlyOnce);
    Arrived.checkOffsetsDense(job.rows(), PARTITIONS);
  }

  @ParameterizedTest(name = "Spark {0} on JDK {1}")
  @MethodSource("oldestJdk")
  void secretsAreInNoPlan(SparkVersion spark, int jdk) throws Exception {
    SecretsInPlansTest.check(runtime(spark, jdk), folder);
  }

  /** Each Spark once. */
  static Stream<Arguments> oldestJdk() {
    return matrix().filter(run -> run.get()[1].equals(JDKS.get(0)));
  }

  @ParameterizedTest(name = "Spark {0} on JDK {1}", allowZeroInvocations = true)
  @MethodSource("realTime")
  void realTimeModeGivesEachMessageOnce(SparkVersion spark, int jdk) throws Exception {
    try (TestBroker own = TestBrokers.start(BROKER);
        ChildJvm query =
            ChildJvm.of(
                    RealTimeProcess.class,
                    folder.toString(),
                    own.url(),
                    "1000",
                    "partitions=" + PARTITIONS,
                    "qos=2")
                .runtime(runtime(spark, jdk))
                .heapMiB(1024)
                .start()) {
      query.awaitLine("processed 0", PATIENCE);
      Map<Integer, Long> sent;
      try (Load load = Load.start(own.url(), 2, MESSAGES, 2, PER_SECOND)) {
        sent = load.await();
      }
      query.awaitLine("processed " + MESSAGES, PATIENCE);
      RowFiles.Content rows = RowFiles.read(folder.resolve("rows"));
      rows.checkDense(PARTITIONS);
      assertThat(rows.written()).isEqualTo(MESSAGES);
      assertThat(rows.against(sent).missing()).isZero();
      assertThat(rows.against(sent).duplicated()).isZero();
    }
  }

  /** Spark has it from 4.1 on. */
  static Stream<Arguments> realTime() {
    return oldestJdk().filter(run -> ((SparkVersion) run.get()[0]).spark().compareTo("4.1") >= 0);
  }

  @ParameterizedTest(name = "Spark {0} on JDK {1}")
  @MethodSource("clusterMatrix")
  void executorsReadFromEachOtherAuthenticatedAndEncrypted(SparkVersion spark, int jdk)
      throws Exception {
    LocalCluster cluster = new LocalCluster(folder, 2, runtime(spark, jdk));
    List<String> options =
        List.of(
            "partitions=4",
            "qos=2",
            "storeDir=" + folder.resolve("stores"),
            "spark.authenticate=true",
            "spark.authenticate.secret=only-this-cluster-knows-it",
            "spark.network.crypto.enabled=true",
            "spark.locality.wait=0s",
            "driver.slowTasks=0",
            "driver.pauseMillis=20");
    try (TestBroker own = TestBrokers.start(BROKER);
        ClusterApplication application = ClusterApplication.start(cluster, folder, own, options)) {
      application.awaitMembers();
      try (Load load = Load.start(own.url(), 2, CLUSTER_MESSAGES, 2, 0)) {
        Map<Integer, Long> sent = load.await();
        application.awaitProcessed(CLUSTER_MESSAGES);
        application.stop();
        Arrived.check(ClusterApplication.rows(folder), sent, own.keepsPacketIds());
        Report report = application.report();
        System.out.println(spark + " " + report);
        assertThat(report.read() - report.local()).as("rows read remotely").isPositive();
        TABLE.ran(spark, jdk, Column.CLUSTER);
      }
    }
  }

  /** Spark 3.5 needs a catalog of ours for it. */
  @ParameterizedTest(name = "Spark {0} on JDK {1}")
  @MethodSource("matrix")
  void tablesAreReadAndWritten(SparkVersion spark, int jdk) {
    try (ChildJvm child =
        ChildJvm.of(
                TableProcess.class,
                folder.toString(),
                broker.url(),
                spark.spark().startsWith("3.") ? MqttCatalog.class.getName() : "")
            .runtime(runtime(spark, jdk))
            .heapMiB(1024)
            .start()) {
      child.awaitLine("tables work on Spark " + spark.spark(), PATIENCE);
      assertThat(child.awaitExit(PATIENCE)).isZero();
    }
  }

  @Test
  void sparkThatIsTooOldIsRefusedWithOneError() {
    SparkRuntime runtime = runtime(SparkVersion.TOO_OLD, 17);
    try (ChildJvm child =
        ChildJvm.of(QueryProcess.class, folder.toString(), broker.url(), "1", "1")
            .runtime(runtime)
            .start()) {
      assertThat(child.awaitExit(PATIENCE)).isEqualTo(1);
      assertThat(child.lines())
          .anyMatch(line -> line.contains("[MQTT_SPARK_VERSION] The connector runs on Spark 3.5"));
    }
  }
}
