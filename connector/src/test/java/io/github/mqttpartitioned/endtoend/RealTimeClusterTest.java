// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.testkit.Await;
import io.github.mqttpartitioned.testkit.BrokerOptions;
import io.github.mqttpartitioned.testkit.ChildJvm;
import io.github.mqttpartitioned.testkit.Full;
import io.github.mqttpartitioned.testkit.LocalCluster;
import io.github.mqttpartitioned.testkit.SequenceCheck;
import io.github.mqttpartitioned.testkit.TestBroker;
import io.github.mqttpartitioned.testkit.TestBrokers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real-time mode on executors whose every core reads a partition. */
@Tag(Full.TAG)
class RealTimeClusterTest {

  private static final int EXECUTORS = 2;
  private static final int QOS = 2;
  private static final Duration LIMIT = Duration.ofMinutes(5);

  @TempDir private Path folder;

  @Test
  void partitionsOfAKilledExecutorAreReadAgainAlthoughNoSlotIsFree() throws Exception {
    LocalCluster cluster = new LocalCluster(folder, EXECUTORS);
    BrokerOptions settings = BrokerOptions.DEFAULTS.persistence(true).maxQueued(0);
    try (TestBroker broker = TestBrokers.start(settings);
        ChildJvm driver = start(cluster, broker, EXECUTORS)) {
      driver.awaitLine("processed 0", LIMIT);
      try (Load load = Load.startEndless(broker.url(), 2, QOS, 300)) {
        awaitRows(driver, 500);
        ProcessHandle victim = cluster.executors(driver).get(0);
        assertThat(victim.destroyForcibly()).isTrue();
        Await.until(
            "another executor",
            LIMIT,
            () -> !victim.isAlive() && cluster.executors(driver).size() == EXECUTORS);
        int read = RowFiles.read(rows()).numbers().size();
        awaitRows(driver, read + 2_000);
        load.finish();
        Map<Integer, Long> sent = load.await();
        Await.until(
            "all of " + sent,
            LIMIT,
            () -> {
              assertThat(driver.isAlive()).as(driver.describe()).isTrue();
              return content().against(sent).missing() == 0;
            });
        SequenceCheck.Result result = content().against(sent);
        assertThat(result.missing()).isZero();
        if (broker.keepsPacketIds()) {
          assertThat(result.duplicated()).as("duplicated: %s", result).isZero();
        }
        content().checkDense(EXECUTORS);
      } catch (AssertionError e) {
        throw new AssertionError(
            e.getMessage() + "\n" + driver.describe() + "\n" + cluster.describe(), e);
      }
    }
  }

  @Test
  void tooFewSlotsAreAnErrorThatSaysHowManyAreMissing() throws Exception {
    LocalCluster cluster = new LocalCluster(folder, EXECUTORS);
    try (TestBroker broker = TestBrokers.start();
        ChildJvm driver = start(cluster, broker, EXECUTORS + 3)) {
      driver.awaitLine("needs 5 task slots .* has 2: 3 are missing", LIMIT);
    }
  }

  private void awaitRows(ChildJvm driver, int count) {
    Await.until(
        count + " rows",
        LIMIT,
        () -> {
          assertThat(driver.isAlive()).as(driver.describe()).isTrue();
          return Files.exists(rows()) && content().numbers().size() >= count;
        });
  }

  private RowFiles.Content content() {
    try {
      return RowFiles.read(rows());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path rows() {
    return folder.resolve("rows");
  }

  private ChildJvm start(LocalCluster cluster, TestBroker broker, int partitions) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                folder.toString(),
                broker.url(),
                "3000",
                "partitions=" + partitions,
                "qos=" + QOS,
                "storeDir=" + folder.resolve("stores")));
    cluster.settings().forEach((name, value) -> arguments.add(name + "=" + value));
    ChildJvm.Builder driver =
        ChildJvm.of(RealTimeProcess.class, arguments.toArray(String[]::new)).heapMiB(768);
    cluster.environment().forEach(driver::environment);
    return driver.start();
  }
}
