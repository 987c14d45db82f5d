// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.testkit.BrokerOptions;
import io.github.mqttpartitioned.testkit.Full;
import io.github.mqttpartitioned.testkit.LocalCluster;
import io.github.mqttpartitioned.testkit.TestBroker;
import io.github.mqttpartitioned.testkit.TestBrokers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Spark's local-cluster, as users try things out on: two executors. */
class LocalClusterTest {

  private static final int EXECUTORS = 2;
  private static final int MESSAGES = 10_000;
  private static final int QOS = 2;

  @TempDir private Path folder;

  @Test
  void everyMessageArrivesOnceAndNothingIsLeftInTheExecutors() throws Exception {
    run(2 * EXECUTORS);
  }

  @Tag(Full.TAG)
  @Test
  void everyMessageArrivesOnceWithFewerPartitionsThanExecutors() throws Exception {
    run(EXECUTORS - 1);
  }

  private void run(int partitions) throws Exception {
    LocalCluster cluster = new LocalCluster(folder, EXECUTORS);
    List<String> options =
        List.of(
            "partitions=" + partitions,
            "qos=" + QOS,
            "storeDir=" + folder.resolve("stores"),
            "retention=1h");
    BrokerOptions settings = BrokerOptions.DEFAULTS.persistence(true).maxQueued(0);
    try (TestBroker broker = TestBrokers.start(settings);
        ClusterApplication application =
            ClusterApplication.start(cluster, folder, broker, options)) {
      application.awaitMembers();
      try (Load load = Load.start(broker.url(), 2, MESSAGES, QOS, 0)) {
        Map<Integer, Long> sent = load.await();
        application.awaitProcessed(MESSAGES);
        application.readStored(MESSAGES, partitions);
        List<ProcessHandle> processes = new ArrayList<>(cluster.executors(application.driver()));
        assertThat(processes).hasSize(EXECUTORS);
        assertThat(application.nodes()).hasSize(Math.min(EXECUTORS, partitions));
        Traces traces = application.traces(broker);
        assertThat(traces.in(processes))
            .anyMatch(trace -> trace.contains("thread mqtt-receiver"))
            .anyMatch(trace -> trace.contains("thread mqtt-wire"))
            .anyMatch(trace -> trace.contains("listens on"))
            .anyMatch(trace -> trace.contains("connection to the broker"));
        application.stop();
        application.awaitNone("the source", () -> traces.in(processes));
        assertThat(processes).allMatch(ProcessHandle::isAlive);
        Arrived.check(ClusterApplication.rows(folder), sent, broker.keepsPacketIds());
        Arrived.checkOffsetsDense(ClusterApplication.rows(folder), partitions);
      }
    }
  }
}
