// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.mqttpartitioned.Sessions;
import io.github.mqttpartitioned.testkit.Await;
import io.github.mqttpartitioned.testkit.BrokerOptions;
import io.github.mqttpartitioned.testkit.ChildJvm;
import io.github.mqttpartitioned.testkit.Gateway;
import io.github.mqttpartitioned.testkit.TestBroker;
import io.github.mqttpartitioned.testkit.TestBrokers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.spark.sql.streaming.StreamingQuery;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A checkpoint is given up: what its query has left at the broker and on disk goes away. */
class SessionsTest {

  private static final Duration LIMIT = Duration.ofMinutes(3);
  private static final int BINARY_FRAME = Gateway.FIN | Gateway.BINARY;

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

  /** The checkpoint does not keep the query of a URL, which may hold a token. */
  @Test
  void sessionsEndByTheUrlsThatAreGivenNow() throws Exception {
    try (TestBroker broker = TestBrokers.start();
        Gateway gateway =
            Gateway.webSocket(
                broker.url(), (data, out) -> out.write(Gateway.frame(BINARY_FRAME, data)))) {
      String url = gateway.url("127.0.0.1") + "/mqtt?token=hunter2";
      Job job = job(broker, "token").option("brokerUrl", url);
      job.startConnected().stop();
      int before = gateway.requests().size();
      assertThat(end(job, Map.of("brokerUrl", url))).isEqualTo(3);
      assertThat(gateway.requests())
          .hasSizeGreaterThan(before)
          .allMatch(request -> request.startsWith("GET /mqtt?token=hunter2 HTTP/1.1"));
    }
  }

  @Test
  void sessionsOfAClusterEndAtAnyOfItsUrls() throws Exception {
    try (TestBroker broker = TestBrokers.start()) {
      String urls = "tcp://127.0.0.1:1," + broker.url();
      Job job = job(broker, "cluster").option("brokerUrl", urls).option("brokerMode", "cluster");
      job.startConnected().stop();
      assertThat(end(job, Map.of("brokerMode", "cluster"))).isEqualTo(3);
    }
  }

  @Test
  void sourceOfACheckpointMayBeNamed() throws Exception {
    try (TestBroker broker = TestBrokers.start()) {
      Job job = job(broker, "named");
      job.startConnected().stop();
      assertThatThrownBy(() -> end(job, Map.of("sourceName", "1")))
          .hasMessageContaining(
              "has the sources [0] of format mqtt-partitioned and none with the name 1");
      assertThat(end(job, Map.of("SourceName", "0"))).isEqualTo(3);
    }
  }

  @Test
  void commandEndsThem() throws Exception {
    try (TestBroker broker = TestBrokers.start()) {
      Job job = job(broker, "command");
      job.startConnected().stop();
      String checkpoint = job.checkpoint().toString();
      try (ChildJvm command =
          ChildJvm.of(Sessions.class, "end", checkpoint, "connectTimeout=5s")
              .property("spark.master", "local[1]")
              .start()) {
        command.awaitLine("3 sessions have ended", LIMIT);
        assertThat(command.awaitExit(LIMIT)).isZero();
      }
      assertThat(stores(job)).doesNotExist();
    }
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
    return end(job, Map.of());
  }

  private static int end(Job job, Map<String, String> more) throws InterruptedException {
    Map<String, String> options = new HashMap<>(more);
    options.put("connectTimeout", "5s");
    return Sessions.end(job.checkpoint().toString(), options);
  }
}
