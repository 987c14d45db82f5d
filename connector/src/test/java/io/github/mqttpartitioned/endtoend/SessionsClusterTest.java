// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.Sessions;
import io.github.mqttpartitioned.testkit.BrokerOptions;
import io.github.mqttpartitioned.testkit.ChildJvm;
import io.github.mqttpartitioned.testkit.Full;
import io.github.mqttpartitioned.testkit.NetworkHosts;
import io.github.mqttpartitioned.testkit.Soak;
import io.github.mqttpartitioned.testkit.StandaloneCluster;
import io.github.mqttpartitioned.testkit.TestBroker;
import io.github.mqttpartitioned.testkit.TestBrokers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A checkpoint is given up whose stores lie on two hosts, each with an address and a disk of its
 * own. Driver and broker are on neither.
 */
@Tag(Full.TAG)
class SessionsClusterTest {

  private static final int PARTITIONS = 4;

  @TempDir private Path folder;
  private NetworkHosts hosts;
  private TestBroker broker;
  private StandaloneCluster cluster;

  @BeforeEach
  void runAQueryAndStopIt() throws Exception {
    Optional<String> obstacle = NetworkHosts.obstacle();
    Soak.require(obstacle.isEmpty(), "No hosts: " + obstacle.orElse(""));
    hosts = NetworkHosts.start(2);
    BrokerOptions options = BrokerOptions.DEFAULTS.address(hosts.address());
    Soak.require(TestBrokers.canStart(options), "No broker here listens on another address");
    broker = TestBrokers.start(options);
    cluster =
        StandaloneCluster.in(folder)
            .host(hosts.address())
            .worker(hosts.host(0).address(), 1, hosts.host(0).command(disk(0), storeDir()))
            .worker(hosts.host(1).address(), 1, hosts.host(1).command(disk(1), storeDir()))
            .start();
    List<String> source = List.of("partitions=" + PARTITIONS, "storeDir=" + storeDir());
    try (ClusterApplication query =
        ClusterApplication.start(cluster, folder, broker, new ArrayList<>(source))) {
      query.awaitMembers();
      query.stop();
    }
    assertThat(stores(0)).isNotEmpty();
    assertThat(stores(1)).isNotEmpty();
    assertThat(storeDir()).as("the driver's host has no store").isEmptyDirectory();
  }

  @AfterEach
  void stopHosts() {
    if (cluster != null) {
      cluster.close();
    }
    if (broker != null) {
      broker.close();
    }
    if (hosts != null) {
      hosts.close();
    }
  }

  @Test
  void sessionsEndAndNoHostKeepsAStore() throws Exception {
    try (ChildJvm command = end()) {
      command.awaitLine(PARTITIONS + " sessions have ended", ClusterApplication.START);
      assertThat(command.awaitExit(ClusterApplication.START)).isZero();
    }
    assertThat(stores(0)).isEmpty();
    assertThat(stores(1)).isEmpty();
    try (ChildJvm command = end()) {
      command.awaitLine("^0 sessions have ended", ClusterApplication.START);
      assertThat(command.awaitExit(ClusterApplication.START)).isZero();
    }
  }

  @Test
  void hostThatIsAwayIsNamed() throws Exception {
    hosts.host(1).lose();
    try (ChildJvm command = end()) {
      String left =
          command
              .awaitLine(
                  "\\[MQTT_STORES_LEFT\\] .* stores are left on hosts \\[(\\S+)\\]",
                  ClusterApplication.START)
              .group(1);
      assertThat(left).isEqualTo(hosts.host(1).address());
      assertThat(command.awaitExit(ClusterApplication.START)).isNotZero();
      assertThat(command.lines()).anyMatch(line -> line.contains(storeDir().toString()));
    }
    assertThat(stores(0)).isEmpty();
    assertThat(stores(1)).isNotEmpty();
  }

  /** The command line, as an application of the cluster. */
  private ChildJvm end() {
    ChildJvm.Builder command =
        ChildJvm.of(
            Sessions.class, "end", folder.resolve("checkpoint").toString(), "connectTimeout=20s");
    cluster.settings().forEach(command::property);
    return command.start();
  }

  private Path storeDir() {
    return folder.resolve("stores");
  }

  private Path disk(int host) {
    return folder.resolve("disk" + host);
  }

  private List<Path> stores(int host) throws Exception {
    try (Stream<Path> files = Files.walk(disk(host))) {
      return files.filter(file -> file.endsWith("data.mdb")).toList();
    }
  }
}
