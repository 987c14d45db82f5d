// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.mqttpartitioned.metrics.Dashboards;
import io.github.mqttpartitioned.testkit.Await;
import io.github.mqttpartitioned.testkit.BrokerOptions;
import io.github.mqttpartitioned.testkit.Full;
import io.github.mqttpartitioned.testkit.NumberedMessages;
import io.github.mqttpartitioned.testkit.Publisher;
import io.github.mqttpartitioned.testkit.Samples;
import io.github.mqttpartitioned.testkit.Soak;
import io.github.mqttpartitioned.testkit.Spark;
import io.github.mqttpartitioned.testkit.TestBroker;
import io.github.mqttpartitioned.testkit.TestBrokers;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.streaming.SourceProgress;
import org.apache.spark.sql.streaming.StreamingQuery;
import org.apache.spark.sql.streaming.Trigger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an operator sees of a real query: the endpoint, the dashboards' figures, the alerts. */
class MetricsTest {

  private static final Duration DEADLINE = Duration.ofMinutes(4);
  private static final int MESSAGES = 20_000;
  private static final int PARTITIONS = 2;
  private static final int SIZE = 100;

  /** Messages every 10 ms: a load that any machine bears, and one that fills the stores in 40 s. */
  private static final int CALM = 1;

  private static final int STORM = 7;

  @TempDir Path folder;

  @Test
  void endpointTellsWhatHasGoneThrough() throws Exception {
    int port = Prometheus.freePort();
    try (TestBroker broker = TestBrokers.start(BrokerOptions.DEFAULTS.maxQueued(0))) {
      Job job =
          new Job(folder, broker.url())
              .option("partitions", PARTITIONS)
              .option("group", "endpoint")
              .option("metricsPort", port);
      StreamingQuery query = job.startConnected();
      publish(broker.url(), MESSAGES, SIZE);
      Arrived.await(query, MESSAGES);
      await(port, "mqtt_source_backlog_messages", 0);
      await(port, "mqtt_source_inflight_messages", 0);

      Samples samples = new Samples(scrape(port));
      for (String name :
          new String[] {
            "mqtt_source_received_messages_total",
            "mqtt_source_stored_messages_total",
            "mqtt_source_read_rows_total",
            "mqtt_source_acks_total"
          }) {
        assertThat(samples.sum(name)).as(name).isEqualTo(MESSAGES);
        assertThat(samples.count(name)).as(name).isEqualTo(PARTITIONS);
      }
      assertThat(samples.sum("mqtt_source_received_bytes_total"))
          .isBetween((double) MESSAGES * SIZE, MESSAGES * SIZE * 1.5);
      assertThat(samples.sum("mqtt_source_read_bytes_total"))
          .isGreaterThan((double) MESSAGES * SIZE);
      assertThat(samples.sum("mqtt_source_read_remote_rows_total")).isZero();
      assertThat(samples.sum("mqtt_source_connected")).isEqualTo(PARTITIONS);
      assertThat(samples.sum("mqtt_source_node_up")).isEqualTo(1);
      assertThat(samples.sum("mqtt_source_append_seconds_count")).isPositive();
      assertThat(samples.sum("mqtt_source_ack_delay_seconds_sum")).isPositive();
      assertThat(samples.sum("mqtt_source_batch_seconds_count")).isPositive();
      assertThat(samples.sum("mqtt_source_batch_seconds_sum")).isBetween(0.001, 600.0);
      assertThat(samples.sum("mqtt_source_lost_messages_total")).isZero();
      assertThat(samples.toString()).doesNotContain("test/0");
      // In Spark's own place, too.
      SourceProgress progress = lastWithRows(query);
      assertThat(progress.metrics()).containsKeys("backlog.0", "backlog.1", "offsetsLost");
      assertThat(progress.metrics()).containsEntry("maxOffsetsBehindLatest", "0");

      // Another message makes Spark commit what came before it: that goes.
      publish(broker.url(), 1, SIZE);
      Arrived.await(query, MESSAGES + 1);
      Await.until(
          "most messages to be trimmed",
          DEADLINE,
          () -> sum(port, "mqtt_source_trimmed_messages_total") > MESSAGES / 2.0);
      checkWithPromtool(scrape(port));
      checkSecondQuery(broker, port);

      query.stop();
      assertThatThrownBy(() -> scrape(port)).isInstanceOf(ConnectException.class);
    }
  }

  /** A port that is in use fails the query at its start, and the first one goes on. */
  private void checkSecondQuery(TestBroker broker, int port) throws Exception {
    Job second =
        new Job(Files.createDirectory(folder.resolve("second")), broker.url())
            .option("partitions", 1)
            .option("metricsPort", port);
    assertThat(Job.failure(second.start(), DEADLINE))
        .hasStackTraceContaining("Cannot open metricsPort on 127.0.0.1, port " + port)
        .hasStackTraceContaining("Give each query a port of its own");
    assertThat(sum(port, "mqtt_source_connected")).isEqualTo(PARTITIONS);
  }

  /** Every expression of these panels, in a real Prometheus. */
  @Tag(Full.TAG)
  @Test
  void panelsOfRealTimeModeAndOfTheSinkShowData() throws Exception {
    Soak.require(Prometheus.find("prometheus").isPresent(), "prometheus is not on the PATH");
    int port = Prometheus.freePort();
    AtomicInteger rate = new AtomicInteger(CALM);
    SparkSession session = Spark.session().newSession();
    session.conf().set("spark.sql.streaming.realTimeMode.minBatchDuration", "1000");
    session.conf().set("spark.sql.streaming.realTimeMode.allowlistCheck", "false");
    try (TestBroker broker = TestBrokers.start(BrokerOptions.DEFAULTS.maxQueued(0))) {
      StreamingQuery query =
          session
              .readStream()
              .format("mqtt-partitioned")
              .option("brokerUrl", broker.url())
              .option("topics", "test/#")
              .option("partitions", PARTITIONS)
              .option("metricsPort", port)
              .load()
              .selectExpr("concat('back/', topic) topic", "payload")
              .writeStream()
              .format("mqtt-partitioned")
              .option("brokerUrl", broker.url())
              .option("checkpointLocation", folder.resolve("checkpoint").toString())
              .outputMode("update")
              .trigger(Trigger.RealTime("2 seconds"))
              .start();
      Thread load = new Thread(() -> publishWhile(broker.url(), rate), "load");
      try (Prometheus prometheus = prometheus(port)) {
        load.start();
        awaitPanels(prometheus, query, MetricsTest::isOfRealTimeModeOrSink);
      } finally {
        rate.set(0);
        load.join();
        query.stop();
      }
    }
  }

  private static boolean isOfRealTimeModeOrSink(String expression) {
    return expression.contains("mqtt_sink_") || expression.contains("mqtt_source_latency");
  }

  private Prometheus prometheus(int port) throws IOException {
    return new Prometheus(
        Files.createDirectory(folder.resolve("prometheus")), "127.0.0.1:" + port, rules());
  }

  private static void awaitPanels(
      Prometheus prometheus, StreamingQuery query, Predicate<String> shown) throws IOException {
    for (Map.Entry<String, String> each : Dashboards.expressions("10s").entrySet()) {
      if (shown.test(each.getValue())) {
        Await.until(
            each.getKey() + ": " + each.getValue(),
            DEADLINE,
            () -> {
              assertThat(query.exception().isEmpty()).as("%s", query.exception()).isTrue();
              return hasNumber(prometheus.query(each.getValue()));
            });
      }
    }
  }

  /**
   * Every expression of the other panels, and the alerts, in a real Prometheus. The alerts' times
   * are cut short: a minute of theirs lasts two seconds here.
   */
  @Tag(Full.TAG)
  @Test
  void everyOtherPanelShowsDataAndAlertsFireWhenTheFaultIsMade() throws Exception {
    Soak.require(Prometheus.find("prometheus").isPresent(), "prometheus is not on the PATH");
    int port = Prometheus.freePort();
    AtomicBoolean blocked = new AtomicBoolean();
    AtomicInteger rate = new AtomicInteger(CALM);
    try (TestBroker broker = TestBrokers.start(BrokerOptions.DEFAULTS.maxQueued(0))) {
      StreamingQuery query =
          new Job(folder, broker.url())
              .option("partitions", PARTITIONS)
              .option("group", "panels")
              .option("storeMaxBytes", "16m")
              // A batch of all that a full store holds would be the last: see Spark's commit.
              .option("maxOffsetsPerTrigger", 2_000)
              .option("metricsPort", port)
              .source()
              .writeStream()
              .option("checkpointLocation", folder.resolve("checkpoint").toString())
              .foreachBatch((Dataset<Row> batch, Long number) -> process(batch, blocked))
              .start();
      Thread load = new Thread(() -> publishWhile(broker.url(), rate), "load");
      try (Prometheus prometheus = prometheus(port)) {
        load.start();
        awaitPanels(prometheus, query, expression -> !isOfRealTimeModeOrSink(expression));
        awaitSilent(prometheus, "Mqtt.+");

        blocked.set(true);
        rate.set(STORM);
        awaitFiring(prometheus, "MqttBacklogGrowing");
        awaitFiring(prometheus, "MqttStoreNearlyFull");
        rate.set(CALM);
        blocked.set(false);
        awaitSilent(prometheus, "MqttStoreNearlyFull");
        awaitSilent(prometheus, "MqttBacklogGrowing");

        rate.set(0);
        load.join();
        broker.stop();
        awaitFiring(prometheus, "MqttMemberDown");
        broker.start();
        awaitSilent(prometheus, "MqttMemberDown");

        query.stop();
        awaitFiring(prometheus, "MqttQueryDown");
      } finally {
        rate.set(0);
        blocked.set(false);
        query.stop();
      }
    }
  }

  private static void process(Dataset<Row> batch, AtomicBoolean blocked) {
    batch.selectExpr("sum(length(payload))").collectAsList();
    while (blocked.get()) {
      LockSupport.parkNanos(10_000_000);
      if (Thread.interrupted()) {
        throw new IllegalStateException("stopped");
      }
    }
  }

  private static void awaitFiring(Prometheus prometheus, String alert) {
    Await.until(alert + " to fire", DEADLINE, () -> prometheus.firing(alert) > 0);
  }

  private static void awaitSilent(Prometheus prometheus, String alert) {
    Await.until(alert + " to end", DEADLINE, () -> prometheus.firing(alert) == 0);
  }

  private static boolean hasNumber(JsonNode result) {
    for (JsonNode series : result) {
      // Prometheus writes +Inf where all observations are above the last bucket.
      String number = series.path("value").path(1).asText().replace("Inf", "Infinity");
      if (Double.isFinite(Double.parseDouble(number))) {
        return true;
      }
    }
    return false;
  }

  private static String rules() throws IOException {
    return Pattern.compile("(?<=\\[|for: )(\\d+)m")
        .matcher(Files.readString(Dashboards.GRAFANA.resolve("alerts.yml")))
        .replaceAll(minutes -> 2 * Integer.parseInt(minutes.group(1)) + "s");
  }

  private static void publish(String url, int messages, int size) {
    NumberedMessages numbered = new NumberedMessages(0, size);
    try (Publisher publisher = Publisher.to(url).connect()) {
      for (int i = 0; i < messages; i++) {
        publisher.publish("test/0", numbered.next(), 1);
      }
      publisher.awaitAcknowledged(DEADLINE);
    }
  }

  /** Publishes so many messages of 1 kB every 10 ms, until that is 0. */
  private static void publishWhile(String url, AtomicInteger rate) {
    NumberedMessages numbered = new NumberedMessages(0, 1_000);
    try (Publisher publisher = Publisher.to(url).connect()) {
      for (int count = rate.get(); count > 0; count = rate.get()) {
        for (int i = 0; i < count; i++) {
          publisher.publish("test/0", numbered.next(), 1);
        }
        publisher.flush();
        LockSupport.parkNanos(10_000_000);
      }
      publisher.awaitAcknowledged(DEADLINE);
    }
  }

  private static void checkWithPromtool(String text) throws Exception {
    if (Prometheus.find("promtool").isEmpty()) {
      System.err.println("promtool is not on the PATH: the endpoint's text is not checked with it");
      return;
    }
    Process promtool =
        new ProcessBuilder("promtool", "check", "metrics").redirectErrorStream(true).start();
    promtool.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
    promtool.getOutputStream().close();
    String said = new String(promtool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(promtool.waitFor()).as(said).isZero();
    assertThat(said).isEmpty();
  }

  private static SourceProgress lastWithRows(StreamingQuery query) {
    SourceProgress last = null;
    for (var progress : query.recentProgress()) {
      if (progress.numInputRows() > 0) {
        last = progress.sources()[0];
      }
    }
    return last;
  }

  private static void await(int port, String name, double expected) {
    Await.value(name + " of " + expected, DEADLINE, () -> sum(port, name), now -> now == expected);
  }

  private static double sum(int port, String name) {
    try {
      return new Samples(scrape(port)).sum(name);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static String scrape(int port) throws IOException {
    try {
      return HttpClient.newHttpClient()
          .send(
              HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/metrics")).build(),
              BodyHandlers.ofString())
          .body();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }
}
