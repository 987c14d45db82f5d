// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.testkit.Await;
import io.github.mqttpartitioned.testkit.CapturedLog;
import io.github.mqttpartitioned.testkit.TestBroker;
import io.github.mqttpartitioned.testkit.TestBrokers;
import java.nio.file.Path;
import java.time.Duration;
import org.apache.spark.sql.streaming.StreamingQuery;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a person reads of a query: a line when it starts, and one for each change of state. */
class LogLinesTest {

  private static final Duration DEADLINE = Duration.ofSeconds(60);

  @TempDir Path folder;

  @Test
  void queryTellsWhatItIsAndThenOnlyWhatChanges() throws Exception {
    try (TestBroker broker = TestBrokers.start();
        CapturedLog log = new CapturedLog()) {
      Job job =
          new Job(folder, broker.url())
              .option("partitions", 2)
              .option("group", "plant")
              .option("maxOffsetsPerTrigger", 50);
      StreamingQuery query = job.startConnected();
      try (Load load = Load.start(broker.url(), 1, 1_000, 1, 0)) {
        load.await();
      }
      Arrived.await(query, 1_000);

      assertThat(log.lines("starts for the first time")).hasSize(1);
      assertThat(log.lines("starts for the first time").get(0))
          .startsWith("INFO ")
          .contains("2 partitions", broker.url(), "group plant", "stores in " + folder);
      assertThat(log.lines(" connected to "))
          .hasSizeGreaterThanOrEqualTo(2)
          .allMatch(line -> line.startsWith("INFO Partition"));
      int before = log.lines("").size();

      int connected = log.lines(" connected to ").size();
      broker.stop();
      Await.until("both members off", DEADLINE, () -> log.lines("tries again in").size() >= 2);
      broker.start();
      Await.until(
          "both again", DEADLINE, () -> log.lines(" connected to ").size() >= connected + 2);
      query.stop();

      assertThat(before).as("lines until all was read: none per batch").isLessThan(10);
      assertThat(query.lastProgress().batchId()).isGreaterThan(10);
    }
  }
}
