// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.testkit.Await;
import io.github.mqttpartitioned.testkit.BrokerOptions;
import io.github.mqttpartitioned.testkit.SequenceCheck;
import io.github.mqttpartitioned.testkit.Spark;
import io.github.mqttpartitioned.testkit.Subscriber;
import io.github.mqttpartitioned.testkit.TestBroker;
import io.github.mqttpartitioned.testkit.TestBrokers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.streaming.StreamingQuery;
import org.apache.spark.sql.streaming.Trigger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code Trigger.RealTime} from the source to the sink, from one broker to another. */
class RealTimeSinkTest {

  private static final int PARTITIONS = 2;
  private static final int MESSAGES = 2_000;
  private static final Duration LIMIT = Duration.ofMinutes(3);

  private static SparkSession spark;

  @TempDir Path folder;

  private final SequenceCheck arrived = new SequenceCheck();
  private TestBroker in;
  private TestBroker out;
  private Subscriber subscriber;

  @BeforeAll
  static void startSpark() {
    spark = Spark.session().newSession();
    spark.conf().set("spark.sql.streaming.realTimeMode.minBatchDuration", "1000");
    // Spark permits only sinks that it knows by name.
    spark.conf().set("spark.sql.streaming.realTimeMode.allowlistCheck", "false");
  }

  @BeforeEach
  void startBrokers() {
    in = TestBrokers.start(BrokerOptions.DEFAULTS.maxQueued(0));
    out = TestBrokers.start(BrokerOptions.DEFAULTS.maxQueued(0));
    subscriber =
        Subscriber.subscribe(
            out.url(), "test/#", 2, message -> arrived.received(message.payload()));
  }

  @AfterEach
  void stopBrokers() {
    subscriber.close();
    in.close();
    out.close();
  }

  @Test
  void rowsLeaveWithinTheirBatch() throws Exception {
    StreamingQuery query = start(Trigger.RealTime("10 minutes"));
    awaitRunning(query);
    try (Load load = Load.start(in.url(), 2, MESSAGES, 1, 0)) {
      Map<Integer, Long> sent = load.await();
      subscriber.await(MESSAGES, LIMIT);
      assertThat(query.lastProgress()).as("progress at the end of the batch").isNull();
      checkOnce(sent);
    }
    query.stop();
    assertThat(query.exception().isDefined()).isFalse();
  }

  @Test
  void everyRowOfManyBatchesArrivesOnceAndIsCounted() throws Exception {
    StreamingQuery query = start(Trigger.RealTime("1 second"));
    awaitRunning(query);
    try (Load load = Load.start(in.url(), 2, MESSAGES, 2, MESSAGES / 4)) {
      Map<Integer, Long> sent = load.await();
      subscriber.await(MESSAGES, LIMIT);
      Await.until(
          "the end of the last batch",
          LIMIT,
          () -> !failed(query) && Arrived.processed(query) == MESSAGES);
      assertThat(query.lastProgress().batchId()).isPositive();
      assertThat(query.lastProgress().sink().metrics())
          .containsEntry("messagesConfirmed", String.valueOf(MESSAGES));
      checkOnce(sent);
    }
    query.stop();
  }

  private void checkOnce(Map<Integer, Long> sent) {
    SequenceCheck.Result result = arrived.against(sent);
    assertThat(result.missing()).isZero();
    assertThat(result.duplicated()).isZero();
  }

  private StreamingQuery start(Trigger trigger) throws Exception {
    return spark
        .readStream()
        .format("mqtt-partitioned")
        .option("topics", "test/#")
        .option("partitions", PARTITIONS)
        .option("qos", 2)
        .option("receiveMaximum", 1_000)
        .load(in.url())
        .select("topic", "payload")
        .writeStream()
        .format("mqtt-partitioned")
        .outputMode("update")
        .option("qos", 2)
        .option("maxInFlight", 100)
        .option("checkpointLocation", folder.resolve("checkpoint").toString())
        .trigger(trigger)
        .start(out.url());
  }

  private static void awaitRunning(StreamingQuery query) {
    Await.until(
        "the query to run",
        LIMIT,
        () -> !failed(query) && query.status().message().startsWith("Processing"));
  }

  private static boolean failed(StreamingQuery query) {
    if (query.exception().isDefined()) {
      throw new AssertionError("the query failed", query.exception().get());
    }
    return false;
  }
}
