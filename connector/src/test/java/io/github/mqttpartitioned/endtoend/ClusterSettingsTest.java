// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.mqttpartitioned.cluster.NodeAddress;
import io.github.mqttpartitioned.cluster.rpc.Answer;
import io.github.mqttpartitioned.cluster.rpc.Network;
import io.github.mqttpartitioned.cluster.rpc.NodeClient;
import io.github.mqttpartitioned.cluster.rpc.NodeClients;
import io.github.mqttpartitioned.cluster.rpc.Request;
import io.github.mqttpartitioned.cluster.rpc.UnreachableException;
import io.github.mqttpartitioned.endtoend.ClusterApplication.Report;
import io.github.mqttpartitioned.testkit.BrokerOptions;
import io.github.mqttpartitioned.testkit.Full;
import io.github.mqttpartitioned.testkit.SharedSecret;
import io.github.mqttpartitioned.testkit.Soak;
import io.github.mqttpartitioned.testkit.StandaloneCluster;
import io.github.mqttpartitioned.testkit.TestBroker;
import io.github.mqttpartitioned.testkit.TestBrokers;
import io.github.mqttpartitioned.testkit.TestCertificates;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.spark.network.util.MapConfigProvider;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Spark's settings that change how tasks are placed, and how executors talk to each other. */
@Tag(Full.TAG)
class ClusterSettingsTest {

  private static final int PARTITIONS = 4;
  private static final int MESSAGES = Integer.getInteger("test.cluster.messages", 20_000);
  private static final int QOS = 2;
  private static final String SECRET = "only-this-cluster-knows-it";
  private static final Network PLAIN =
      new Network(
          new MapConfigProvider(Map.of("spark.mqtt.io.connectionTimeout", "10s")), "any", null);
  private static final BrokerOptions BROKER = BrokerOptions.DEFAULTS.persistence(true).maxQueued(0);

  /** Another address of this machine: another host, for Spark. */
  private static final String OTHER_HOST = "127.0.0.2";

  @TempDir private Path folder;

  private StandaloneCluster.Builder twoWorkers() {
    return StandaloneCluster.in(folder).worker("127.0.0.1", 1).worker("127.0.0.1", 1);
  }

  private ClusterApplication start(
      StandaloneCluster cluster, TestBroker broker, String... options) {
    List<String> all =
        new ArrayList<>(
            List.of(
                "partitions=" + PARTITIONS, "qos=" + QOS, "storeDir=" + folder.resolve("stores")));
    all.addAll(List.of(options));
    return ClusterApplication.start(cluster, folder, broker, all);
  }

  private static void check(Dataset<Row> rows, Map<Integer, Long> sent, TestBroker broker) {
    Arrived.check(rows, sent, broker.keepsPacketIds());
    Arrived.checkOffsetsDense(rows, PARTITIONS);
  }

  private Report everyMessageArrivesOnce(StandaloneCluster cluster, String... options)
      throws Exception {
    return everyMessageArrivesOnce(cluster, application -> {}, options);
  }

  /**
   * As above.
   *
   * @param look taken while it runs
   */
  private Report everyMessageArrivesOnce(
      StandaloneCluster cluster, Consumer<ClusterApplication> look, String... options)
      throws Exception {
    try (TestBroker broker = TestBrokers.start(BROKER);
        ClusterApplication application = start(cluster, broker, options)) {
      application.awaitMembers();
      try (Load load = Load.start(broker.url(), 2, MESSAGES, QOS, 0)) {
        Map<Integer, Long> sent = load.await();
        application.awaitProcessed(MESSAGES);
        look.accept(application);
        application.stop();
        check(ClusterApplication.rows(folder), sent, broker);
        return application.report();
      }
    }
  }

  /** The task of one partition is slow at first, so that Spark has another host try it, too. */
  @Tag(Soak.TAG)
  @Test
  void everyMessageArrivesOnceWhereTasksRunAnywhereAndTwice() throws Exception {
    try (StandaloneCluster cluster =
        StandaloneCluster.in(folder).worker("127.0.0.1", 1).worker(OTHER_HOST, 1).start()) {
      Report report =
          everyMessageArrivesOnce(
              cluster,
              "spark.locality.wait=0s",
              "spark.speculation=true",
              "spark.speculation.interval=50ms",
              "spark.speculation.multiplier=1.1",
              "spark.speculation.quantile=0.5",
              "spark.speculation.minTaskRuntime=100ms",
              "driver.slowTasks=0",
              "driver.pauseMillis=200");
      System.out.println(report);
      assertThat(report.copies()).as("copies that came in first").isPositive();
      assertThat(report.local()).as("rows read locally").isLessThan(report.read());
    }
  }

  @Test
  void everyMessageArrivesOnceWhereExecutorsAuthenticateAndEncrypt() throws Exception {
    try (StandaloneCluster cluster =
        twoWorkers()
            .setting("spark.authenticate", "true")
            .setting("spark.authenticate.secret", SECRET)
            .setting("spark.network.crypto.enabled", "true")
            .start()) {
      everyMessageIsReadRemotelyAndOnlyByOwnPeers(
          cluster, network(cluster, SECRET), network(cluster, "another"));
    }
  }

  @Test
  void everyMessageArrivesOnceWhereExecutorsSpeakTls() throws Exception {
    StandaloneCluster.Builder workers = twoWorkers();
    TestCertificates.in(folder).server().sparkSettings().forEach(workers::setting);
    try (StandaloneCluster cluster = workers.start()) {
      everyMessageIsReadRemotelyAndOnlyByOwnPeers(cluster, network(cluster, null), PLAIN);
    }
  }

  /** One executor is busy with a slow task, so that the other one reads what lies there. */
  private void everyMessageIsReadRemotelyAndOnlyByOwnPeers(
      StandaloneCluster cluster, Network own, Network stranger) throws Exception {
    Report report =
        everyMessageArrivesOnce(
            cluster,
            application -> {
              assertThat(application.nodes()).hasSize(2);
              for (NodeAddress node : application.nodes()) {
                assertThat(scrape(node, own)).isInstanceOf(Answer.Text.class);
                assertThatThrownBy(() -> scrape(node, stranger))
                    .isInstanceOf(UnreachableException.class);
                assertThatThrownBy(() -> scrape(node, PLAIN))
                    .isInstanceOf(UnreachableException.class);
              }
            },
            "spark.locality.wait=0s",
            "driver.slowTasks=0",
            "driver.pauseMillis=20");
    System.out.println(report);
    assertThat(report.read() - report.local()).as("rows read remotely").isPositive();
  }

  private static Answer scrape(NodeAddress node, Network network) {
    try (NodeClients clients = new NodeClients(network)) {
      NodeClient client = clients.connect(node);
      return client.await(client.ask(new Request.Scrape()), Duration.ofSeconds(30));
    }
  }

  private static Network network(StandaloneCluster cluster, @Nullable String secret) {
    Map<String, String> settings = cluster.settings();
    settings.put("spark.mqtt.io.connectionTimeout", "10s");
    return new Network(
        new MapConfigProvider(settings), "any", secret == null ? null : new SharedSecret(secret));
  }

  @Tag(Soak.TAG)
  @Test
  void twoQueriesOfOneApplicationGetEveryMessageEach() throws Exception {
    try (StandaloneCluster cluster = twoWorkers().start();
        TestBroker broker = TestBrokers.start(BROKER);
        ClusterApplication application = start(cluster, broker, "driver.second=true")) {
      application.awaitMembers();
      try (Load load = Load.start(broker.url(), 2, MESSAGES, QOS, 0)) {
        Map<Integer, Long> sent = load.await();
        application.awaitProcessed(2L * MESSAGES);
        application.stop();
        check(ClusterApplication.rows(folder), sent, broker);
        check(ClusterApplication.rows(folder.resolve(ClusterDriver.SECOND)), sent, broker);
      }
    }
  }

  @Tag(Soak.TAG)
  @Test
  void queryThatIsStartedASecondTimeIsRefusedAndTheFirstGoesOn() throws Exception {
    startASecondTime("false", "refused: .*already active");
  }

  @Tag(Soak.TAG)
  @Test
  void queryThatIsStartedASecondTimeTakesOverWhereSparkStopsTheFirst() throws Exception {
    startASecondTime("true", "started again");
  }

  private void startASecondTime(String stopFirst, String expected) throws Exception {
    String setting = "spark.sql.streaming.stopActiveRunOnRestart=" + stopFirst;
    try (StandaloneCluster cluster = twoWorkers().start();
        TestBroker broker = TestBrokers.start(BROKER);
        ClusterApplication application = start(cluster, broker, setting)) {
      application.awaitMembers();
      try (Load load = Load.start(broker.url(), 2, MESSAGES, QOS, MESSAGES / 10)) {
        application.awaitProcessed(MESSAGES / 4);
        application.tell("again");
        application.driver().awaitLine(expected, ClusterApplication.START);
        Map<Integer, Long> sent = load.await();
        application.awaitProcessed(MESSAGES);
        application.stop();
        check(ClusterApplication.rows(folder), sent, broker);
      }
    }
  }
}
