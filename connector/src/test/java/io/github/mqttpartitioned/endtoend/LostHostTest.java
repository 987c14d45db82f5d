// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.testkit.Full;
import io.github.mqttpartitioned.testkit.NetworkHosts.Host;
import io.github.mqttpartitioned.testkit.Soak;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** One of two hosts goes: for a while, or for good. */
@Tag(Full.TAG)
class LostHostTest extends TwoHostsFixture {

  private static final int MESSAGES = Integer.getInteger("test.cluster.messages", 20_000);

  /** Spark itself must not take minutes to find out; the cut is shorter than this. */
  private static final List<String> ATTENTIVE =
      List.of(
          "spark.network.timeout=30s",
          "spark.executor.heartbeatInterval=2s",
          "spark.network.timeoutInterval=2s");

  /** Much less than storeRecoveryTimeout. */
  private static final Duration MOVE = Duration.ofMinutes(2);

  private ClusterApplication start(int qos, String... options) {
    return start(1, qos, options);
  }

  /** With so many executors on each host. */
  private ClusterApplication start(int executors, int qos, String... options) {
    List<String> all =
        new ArrayList<>(
            List.of("partitions=" + PARTITIONS, "qos=" + qos, "storeDir=" + storeDir()));
    all.addAll(ATTENTIVE);
    all.addAll(List.of(options));
    return ClusterApplication.start(startCluster(executors), folder, broker, all);
  }

  private Dataset<Row> rows() {
    return ClusterApplication.rows(folder);
  }

  @Tag(Soak.TAG)
  @Test
  void hostThatIsCutOffHoldsUpNobodyAndLosesNothing() throws Exception {
    Host cut = hosts.host(1);
    try (ClusterApplication application = start(2)) {
      application.awaitMembers();
      Map<Integer, Long> earlier;
      try (Load before = Load.start(broker.url(), 2, MESSAGES / 2, 2, 0)) {
        earlier = before.await();
        application.awaitProcessed(MESSAGES / 2);
        application.awaitQuiet();
      }
      cut.cut();
      application.driver().awaitLine("is lost", ClusterApplication.START);
      // Publishers that go on from where the first ones were.
      try (Load during = Load.startAt(2, broker.url(), 2, MESSAGES / 2, 2, MESSAGES / 10)) {
        application.awaitProcessed(MESSAGES / 2 + MESSAGES / 10);
        cut.repair();
        during.await();
        Map<Integer, Long> sent = new HashMap<>(during.sent());
        sent.putAll(earlier);
        application.awaitProcessed(MESSAGES);
        application.awaitQuiet();
        application.stop();
        checkOnce(sent);
      }
    }
  }

  @Test
  void hostThatIsCutOffUnderLoadLosesNothing() throws Exception {
    Host cut = hosts.host(1);
    try (ClusterApplication application = start(2)) {
      application.awaitMembers();
      try (Load load = Load.start(broker.url(), 2, MESSAGES, 2, MESSAGES / 10)) {
        application.awaitProcessed(MESSAGES / 10);
        cut.cut();
        application.driver().awaitLine("is lost", ClusterApplication.START);
        cut.repair();
        Map<Integer, Long> sent = load.await();
        application.awaitProcessed(MESSAGES);
        application.awaitQuiet();
        application.stop();
        checkOnce(sent);
      }
    }
  }

  /** No other host has its disk. */
  @Test
  void executorThatIsKilledIsFollowedByAnotherOneOfItsHost() throws Exception {
    try (ClusterApplication application = start(2, 2)) {
      application.awaitMembers();
      Map<Integer, String> before = hostsOfPartitions(application);
      assertThat(before.values()).contains(hosts.host(0).address(), hosts.host(1).address());
      try (Load load = Load.start(broker.url(), 2, MESSAGES, 2, MESSAGES / 10)) {
        application.awaitProcessed(MESSAGES / 10);
        String killed = application.nodeOf(0);
        cluster.executor(killed).destroyForcibly();
        application.await("another node", () -> !application.nodeOf(0).equals(killed));
        Map<Integer, Long> sent = load.await();
        application.awaitProcessed(MESSAGES);
        application.awaitQuiet();
        application.stop();
        assertThat(hostsOfPartitions(application)).isEqualTo(before);
        checkOnce(sent);
      }
    }
  }

  private static Map<Integer, String> hostsOfPartitions(ClusterApplication application) {
    Map<String, String> hosts = new HashMap<>();
    application.nodes().forEach(node -> hosts.put(node.name(), node.host()));
    Map<Integer, String> found = new HashMap<>();
    for (int partition = 0; partition < PARTITIONS; partition++) {
      found.put(partition, hosts.get(application.nodeOf(partition)));
    }
    return found;
  }

  private void checkOnce(Map<Integer, Long> sent) {
    Arrived.check(rows(), sent, broker.keepsPacketIds());
    Arrived.checkOffsetsDense(rows(), PARTITIONS);
  }

  @Test
  void hostThatIsLostForGoodTakesNothingWithItWhereOnlyWhatIsProcessedIsAcknowledged()
      throws Exception {
    try (ClusterApplication application = start(1, "ackMode=processed")) {
      application.awaitMembers();
      try (Load load = Load.start(broker.url(), 2, MESSAGES, 1, MESSAGES / 20)) {
        loseHost(application, load, "is missing. A new one begins at offset");
        Map<Integer, Long> sent = load.await();
        application.await("an end of what is missing", () -> isAllThere(sent));
        application.stop();
        Arrived.check(rows(), sent, false);
      }
    }
  }

  /** Loses a host for good in the midst of the load, and waits for what the driver says then. */
  private void loseHost(ClusterApplication application, Load load, String said) {
    application.awaitProcessed(MESSAGES / 10);
    assertThat(load.isDone()).isFalse();
    hosts.host(1).lose();
    application.driver().awaitLine(said, MOVE);
  }

  private boolean isAllThere(Map<Integer, Long> sent) {
    return Arrived.missing(rows(), sent) == 0;
  }

  @Tag(Soak.TAG)
  @Test
  void hostThatIsLostForGoodFailsTheQueryWhenItHasNotComeBackInTime() throws Exception {
    try (ClusterApplication application = start(2, "storeRecoveryTimeout=20s")) {
      application.awaitMembers();
      try (Load load = Load.start(broker.url(), 2, MESSAGES, 2, MESSAGES / 20)) {
        loseHost(
            application,
            load,
            "The store of partition \\d, \\S+, is missing: messages that it held and that were not"
                + " yet processed are lost");
        assertThat(application.driver().awaitExit(ClusterApplication.START)).isNotZero();
        load.await();
      }
    }
  }

  @Tag(Soak.TAG)
  @Test
  void hostThatIsLostForGoodIsGoneOnWithoutWhereTheUserHasChosenSo() throws Exception {
    try (ClusterApplication application =
        start(2, "storeRecoveryTimeout=20s", "failOnDataLoss=false")) {
      application.awaitMembers();
      try (Load load = Load.start(broker.url(), 2, MESSAGES, 2, MESSAGES / 20)) {
        loseHost(
            application, load, "A new store begins at offset \\d+, as failOnDataLoss is false");
        load.await();
      }
      // All that comes now.
      try (Load after = Load.startAt(2, broker.url(), 2, MESSAGES / 10, 2, 0)) {
        Map<Integer, Long> sent = after.await();
        application.await("all that came later", () -> isAllThere(sent));
        application.stop();
      }
    }
  }
}
