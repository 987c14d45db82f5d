// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.Sessions;
import io.github.mqttpartitioned.testkit.ChildJvm;
import io.github.mqttpartitioned.testkit.Full;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A checkpoint is given up whose stores lie on two hosts. */
@Tag(Full.TAG)
class SessionsClusterTest extends TwoHostsFixture {

  @BeforeEach
  void runAQueryAndStopIt() throws Exception {
    List<String> source = List.of("partitions=" + PARTITIONS, "storeDir=" + storeDir());
    try (ClusterApplication query =
        ClusterApplication.start(startCluster(1), folder, broker, new ArrayList<>(source))) {
      query.awaitMembers();
      query.stop();
    }
    assertThat(stores(0)).isNotEmpty();
    assertThat(stores(1)).isNotEmpty();
    assertThat(storeDir()).as("the driver's host has no store").isEmptyDirectory();
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
                  "\\[MQTT_STORES_LEFT\\] .* stores may be left on hosts \\[(\\S+)\\]",
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
    Objects.requireNonNull(cluster).settings().forEach(command::property);
    return command.start();
  }

  private List<Path> stores(int host) throws Exception {
    try (Stream<Path> files = Files.walk(disk(host))) {
      return files.filter(file -> file.endsWith("data.mdb")).toList();
    }
  }
}
