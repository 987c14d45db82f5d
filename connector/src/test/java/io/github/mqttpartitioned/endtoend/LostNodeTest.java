// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.testkit.BrokerOptions;
import io.github.mqttpartitioned.testkit.Soak;
import io.github.mqttpartitioned.testkit.StandaloneCluster;
import io.github.mqttpartitioned.testkit.TestBroker;
import io.github.mqttpartitioned.testkit.TestBrokers;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The executor that holds a partition is killed while another one is in the middle of reading it.
 */
class LostNodeTest {

  private static final int PARTITIONS = 4;
  private static final int MESSAGES = Integer.getInteger("test.cluster.messages", 20_000);
  private static final int QOS = 2;
  private static final BrokerOptions BROKER = BrokerOptions.DEFAULTS.persistence(true).maxQueued(0);

  /**
   * Its node reads this one itself, and is killed in the middle of that, too. Meanwhile the other
   * executor has no work left but {@link #READ_REMOTELY}.
   */
  private static final int READ_LOCALLY = 0;

  private static final int READ_REMOTELY = 2;
  private static final int READ_AT_ONCE = 1;

  @TempDir private Path folder;

  @Tag(Soak.TAG)
  @Test
  void readGoesOnWithTheNextHolderFromWhereItWas() throws Exception {
    try (StandaloneCluster cluster = StandaloneCluster.in(folder).worker("127.0.0.1", 2).start();
        TestBroker broker = TestBrokers.start(BROKER);
        ClusterApplication application = start(cluster, broker)) {
      application.awaitMembers();
      String node = application.nodeOf(READ_REMOTELY);
      assertThat(application.nodeOf(READ_LOCALLY)).isEqualTo(node);
      String reader = application.nodeOf(READ_AT_ONCE);
      assertThat(reader).isNotEqualTo(node);
      try (Load load = Load.start(broker.url(), 2, MESSAGES, QOS, 0)) {
        Map<Integer, Long> sent = load.await();
        long came =
            await(
                application,
                cluster,
                reader,
                "task " + READ_REMOTELY + " has come to offset (\\d+)");
        ProcessHandle victim = cluster.executor(node);
        victim.destroyForcibly();
        victim.onExit().get(1, TimeUnit.MINUTES);
        long lost =
            await(
                application,
                cluster,
                reader,
                "Partition " + READ_REMOTELY + " cannot be read from offset (\\d+) on now");
        System.out.printf("came to offset %d, and lost its node before %d%n", came, lost);
        assertThat(lost).isGreaterThan(came);
        application.awaitProcessed(MESSAGES);
        application.stop();
        Arrived.check(ClusterApplication.rows(folder), sent, broker.keepsPacketIds());
        Arrived.checkOffsetsDense(ClusterApplication.rows(folder), PARTITIONS);
      }
    }
  }

  /** All messages are one batch, read in tasks of which two are slow. */
  private ClusterApplication start(StandaloneCluster cluster, TestBroker broker) {
    return ClusterApplication.start(
        cluster,
        folder,
        broker,
        List.of(
            "partitions=" + PARTITIONS,
            "qos=" + QOS,
            "minOffsetsPerTrigger=" + MESSAGES,
            "spark.locality.wait=0s",
            "driver.slowTasks=" + READ_LOCALLY + "," + READ_REMOTELY,
            "driver.pauseMillis=200"));
  }

  /** Waits for a line of an executor, and returns the first number in it. */
  private static long await(
      ClusterApplication application, StandaloneCluster cluster, String executor, String regex) {
    Pattern pattern = Pattern.compile(regex);
    application.await("a line with " + regex, () -> find(cluster, executor, pattern).isPresent());
    return find(cluster, executor, pattern).orElseThrow();
  }

  private static OptionalLong find(StandaloneCluster cluster, String executor, Pattern pattern) {
    return cluster.output(executor).stream()
        .map(pattern::matcher)
        .filter(Matcher::find)
        .mapToLong(found -> Long.parseLong(found.group(1)))
        .findFirst();
  }
}
