// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.endtoend;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.mqttpartitioned.Credentials;
import io.github.mqttpartitioned.CredentialsProvider;
import io.github.mqttpartitioned.testkit.Await;
import io.github.mqttpartitioned.testkit.BrokerOptions;
import io.github.mqttpartitioned.testkit.CapturedLog;
import io.github.mqttpartitioned.testkit.Publisher;
import io.github.mqttpartitioned.testkit.Spark;
import io.github.mqttpartitioned.testkit.TestBroker;
import io.github.mqttpartitioned.testkit.TestBrokers;
import io.github.mqttpartitioned.testkit.TokenServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.apache.spark.sql.execution.streaming.runtime.StreamingQueryWrapper;
import org.apache.spark.sql.streaming.StreamingQuery;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Queries whose credentials come from a file, a token endpoint or a class of the user's. */
class CredentialsQueryTest {

  private static final Duration DEADLINE = Duration.ofSeconds(60);
  private static final int MESSAGES = 100;

  @TempDir Path folder;

  @Test
  void passwordFileChangesWhileTheQueryRuns() throws Exception {
    BrokerOptions options =
        BrokerOptions.DEFAULTS.credentials("user", "first-secret").passwordChanges(true);
    assumeTrue(TestBrokers.canStart(options));
    Path file = Files.writeString(folder.resolve("password"), "first-secret\n");
    try (TestBroker broker = TestBrokers.start(options)) {
      Job job =
          new Job(folder, broker.url())
              .option("partitions", 1)
              .option("username", "user")
              .option("passwordFile", file);
      StreamingQuery query = job.startConnected();
      try {
        publish(broker, "first-secret");
        Files.writeString(file, "second-secret\n");
        broker.changePassword("second-secret");
        publish(broker, "second-secret");
        awaitProcessed(query, 2 * MESSAGES);
      } finally {
        query.stop();
      }
      assertThat(job.rows().select("payload").distinct().count()).isEqualTo(2 * MESSAGES);
    }
  }

  @Test
  void tokenIsThePassword() throws Exception {
    BrokerOptions options = BrokerOptions.DEFAULTS.credentials("spark", "token-1");
    try (CapturedLog log = new CapturedLog();
        TokenServer server =
            new TokenServer().answer(200, "{\"access_token\":\"token-#\",\"expires_in\":3600}");
        TestBroker broker = TestBrokers.start(options)) {
      Job job =
          new Job(folder, broker.url())
              .option("partitions", 2)
              .option("username", "spark")
              .option("oauth.tokenEndpoint", server.url())
              .option("oauth.clientId", "client")
              .option("oauth.clientSecret", "hunter2");
      StreamingQuery query = job.startConnected();
      try {
        publish(broker, "spark", "token-1");
        awaitProcessed(query, MESSAGES);
        assertThat(plan(query)).contains("mqtt-partitioned").doesNotContain("hunter2", "token-1");
        assertThat(query.lastProgress().json()).doesNotContain("hunter2", "token-1");
      } finally {
        query.stop();
      }
      assertThat(log.lines("")).isNotEmpty();
      assertThat(log.lines("hunter2")).isEmpty();
      assertThat(log.lines("token-1")).isEmpty();
      // The driver and both members share it.
      assertThat(server.requests()).hasSize(1);
    }
  }

  private static String plan(StreamingQuery query) {
    return ((StreamingQueryWrapper) query).streamingQuery().explainInternal(true);
  }

  @Test
  void tokenEndpointThatRefusesTheClientFailsTheQueryBeforeAnythingStarts() {
    try (TokenServer server =
        new TokenServer()
            .answer(401, "{\"error\":\"invalid_client\",\"error_description\":\"no hunter2\"}")) {
      StreamingQuery query =
          new Job(folder, "tcp://127.0.0.1:1")
              .option("partitions", 1)
              .option("oauth.tokenEndpoint", server.url())
              .option("oauth.clientId", "client")
              .option("oauth.clientSecret", "hunter2")
              .start();
      assertThat(Job.failure(query, DEADLINE).cause())
          .hasMessageStartingWith(
              "[MQTT_CREDENTIALS_UNAVAILABLE] The driver has no credentials for tcp://127.0.0.1:1")
          .hasMessageContaining("answers with HTTP status 401, invalid_client: \"no ***\"")
          .hasMessageNotContaining("hunter2");
      assertThat(server.requests()).hasSize(1);
      assertThat(job().checkpoint().resolve("sources/0")).doesNotExist();
    }
  }

  private Job job() {
    return new Job(folder, "tcp://127.0.0.1:1");
  }

  /** Knows the password. */
  public static final class Knowing implements CredentialsProvider {
    @Override
    public Credentials credentials(Request request) {
      return Credentials.of("user", "known-secret");
    }
  }

  @Test
  void providerIsAskedOnDriverAndExecutors() throws Exception {
    BrokerOptions options = BrokerOptions.DEFAULTS.credentials("user", "known-secret");
    try (CapturedLog log = new CapturedLog();
        TestBroker broker = TestBrokers.start(options)) {
      Job job =
          new Job(folder, broker.url())
              .option("partitions", 1)
              .option("credentialsProvider", Knowing.class.getName());
      StreamingQuery query = job.startConnected();
      try {
        publish(broker, "known-secret");
        awaitProcessed(query, MESSAGES);
      } finally {
        query.stop();
      }
      assertThat(log.lines("")).isNotEmpty();
      assertThat(log.lines("known-secret")).isEmpty();
    }
  }

  @Test
  void providerThatIsNotThereFailsTheQueryBeforeAnythingStarts() {
    StreamingQuery query =
        job().option("partitions", 1).option("credentialsProvider", "com.example.None").start();
    assertThat(Job.failure(query, DEADLINE).cause())
        .hasMessageStartingWith("[MQTT_CREDENTIALS_UNAVAILABLE] The driver has no credentials")
        .hasMessageContaining("credentialsProvider=com.example.None cannot be used");
  }

  @Test
  void sinkTakesThemAsASourceDoes() throws Exception {
    BrokerOptions options = BrokerOptions.DEFAULTS.credentials("user", "first-secret");
    Path file = folder.resolve("password");
    try (TestBroker broker = TestBrokers.start(options)) {
      assertThatThrownBy(() -> write(broker, file))
          .hasMessageStartingWith("[MQTT_CREDENTIALS_UNAVAILABLE] The driver has no credentials")
          .hasMessageContaining("there is no such file");
      Files.writeString(file, "first-secret\n");
      write(broker, file);
    }
  }

  private static void write(TestBroker broker, Path passwordFile) {
    Spark.session()
        .range(10)
        .selectExpr("cast(id as string) as payload")
        .write()
        .format("mqtt-partitioned")
        .option("brokerUrl", broker.url())
        .option("topic", "test/sink")
        .option("username", "user")
        .option("passwordFile", passwordFile.toString())
        .mode("append")
        .save();
  }

  private static void publish(TestBroker broker, String password) throws Exception {
    publish(broker, "user", password);
  }

  private static void publish(TestBroker broker, String user, String password) throws Exception {
    try (Publisher publisher = Publisher.to(broker.url()).credentials(user, password).connect()) {
      for (int i = 0; i < MESSAGES; i++) {
        publisher.publish("test/" + i, (password + i).getBytes(UTF_8), 1);
      }
      publisher.awaitAcknowledged(DEADLINE);
    }
  }

  private static void awaitProcessed(StreamingQuery query, long messages) {
    Await.until(
        messages + " rows, " + query.exception(),
        DEADLINE,
        () -> Arrived.processed(query) >= messages);
  }
}
