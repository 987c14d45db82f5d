// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.mqttpartitioned.Sessions;
import io.github.mqttpartitioned.testkit.Await;
import io.github.mqttpartitioned.testkit.BrokerOptions;
import io.github.mqttpartitioned.testkit.TestBroker;
import io.github.mqttpartitioned.testkit.TestBrokers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.apache.spark.sql.streaming.StreamingQuery;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A checkpoint is given up: what its query has left at the broker and on disk goes away. */
class SessionsTest {

  private static final Duration LIMIT = Duration.ofMinutes(3);

  @TempDir Path folder;

  @Test
  void aNewQueryOfTheGroupGetsEveryMessageAfterTheSessionsHaveEnded() throws Exception {
    try (TestBroker broker = TestBrokers.start(BrokerOptions.DEFAULTS.maxQueued(0))) {
      Job old = job(broker, "old");
      old.startConnected().stop();
      Path stores = stores(old);
      assertThat(stores).isDirectory();

      assertThat(end(old)).isEqualTo(3);
      assertThat(stores).doesNotExist();
      assertThat(end(old)).as("the sessions are gone").isZero();

      Job next = job(broker, "next");
      StreamingQuery query = next.startConnected();
      try (Load load = Load.start(broker.url(), 1, 1_000, 1, 0)) {
        load.await();
        Await.until("each message", LIMIT, () -> Arrived.processed(query) == 1_000);
      }
      query.stop();
    }
  }

  @Test
  void aRunningQueryAndABrokerThatIsAwayAreNamed() throws Exception {
    Job job;
    try (TestBroker broker = TestBrokers.start()) {
      job = job(broker, "running");
      StreamingQuery query = job.startConnected();
      assertThatThrownBy(() -> end(job))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageStartingWith("[MQTT_SOURCE_ALREADY_RUNNING] ");
      query.stop();
    }
    assertThatThrownBy(() -> end(job))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("[MQTT_SESSIONS_NOT_ENDED] 3 of 3 sessions");
    assertThat(stores(job)).as("the call can be repeated").isDirectory();
    assertThatThrownBy(() -> Sessions.end(folder.toString(), Map.of()))
        .hasMessageStartingWith("[MQTT_NO_STORED_SOURCE] ");
    assertThatThrownBy(() -> Sessions.main(new String[] {"list"})).hasMessageContaining("usage");
  }

  private Job job(TestBroker broker, String name) throws Exception {
    return new Job(Files.createDirectories(folder.resolve(name)), broker.url())
        .option("partitions", 3)
        .option("group", "etl");
  }

  private static Path stores(Job job) {
    return job.checkpoint().resolve("sources/0/stores");
  }

  private static int end(Job job) throws InterruptedException {
    return Sessions.end(job.checkpoint().toString(), Map.of("connectTimeout", "5s"));
  }
}
