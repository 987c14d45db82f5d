// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.endtoend.RowCollector.Given;
import io.github.mqttpartitioned.testkit.Await;
import io.github.mqttpartitioned.testkit.BrokerOptions;
import io.github.mqttpartitioned.testkit.NumberedMessages;
import io.github.mqttpartitioned.testkit.Publisher;
import io.github.mqttpartitioned.testkit.SequenceCheck;
import io.github.mqttpartitioned.testkit.Spark;
import io.github.mqttpartitioned.testkit.TestBroker;
import io.github.mqttpartitioned.testkit.TestBrokers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.streaming.StreamingQuery;
import org.apache.spark.sql.streaming.Trigger;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code Trigger.RealTime} on a real broker: rows come at once, and no batch loses its place. */
class RealTimeTest {

  private static final int PARTITIONS = 2;
  private static final int MESSAGES = 2_000;
  private static final Duration LIMIT = Duration.ofMinutes(3);
  private static final Trigger REAL_TIME = Trigger.RealTime("1 second");

  private static SparkSession spark;

  @TempDir Path folder;
  private final String name = UUID.randomUUID().toString();

  @BeforeAll
  static void startSpark() {
    spark = Spark.session().newSession();
    spark.conf().set("spark.sql.streaming.realTimeMode.minBatchDuration", "1000");
  }

  @Test
  void rowsComeWithinTheirBatchAndTheNextBatchGoesOnBehindThem() throws Exception {
    try (TestBroker broker = TestBrokers.start(BrokerOptions.DEFAULTS.maxQueued(0))) {
      StreamingQuery query = start(broker, Trigger.RealTime("3 seconds"), "qos", "2");
      awaitConnected(query);
      try (Load load = Load.start(broker.url(), 2, MESSAGES, 2, 0)) {
        Map<Integer, Long> sent = load.await();
        awaitRows(query, MESSAGES);
        assertThat(epochs()).as("batches that gave the rows").hasSizeLessThanOrEqualTo(2);
        Await.until(
            "the end of the batch",
            LIMIT,
            () -> query.lastProgress() != null && Arrived.processed(query) == MESSAGES);
        query.stop();
        checkOnce(sent);
      }
    }
  }

  @Test
  void aQueryThatIsStoppedAndStartedGivesRowsOfCompleteBatchesOnce() throws Exception {
    try (TestBroker broker = TestBrokers.start(BrokerOptions.DEFAULTS.maxQueued(0))) {
      StreamingQuery first = start(broker, REAL_TIME, "qos", "2");
      awaitConnected(first);
      try (Load load = Load.start(broker.url(), 2, MESSAGES, 2, 0)) {
        Map<Integer, Long> sent = load.await();
        awaitRows(first, MESSAGES);
        first.stop();
        long complete = first.lastProgress() == null ? 0 : Arrived.processed(first);
        int before = RowCollector.of(name).size();
        StreamingQuery second = start(broker, REAL_TIME, "qos", "2");
        // What was given in a batch that did not end is given again: the same rows.
        Await.until(
            "the batch to be repeated",
            LIMIT,
            () -> failed(second) || Arrived.processed(second) == MESSAGES);
        second.stop();
        List<Given> rows = RowCollector.of(name);
        assertThat(rows).hasSizeLessThanOrEqualTo((int) (before + MESSAGES - complete));
        Map<String, Long> found = new HashMap<>();
        for (Given row : rows) {
          Long known = found.putIfAbsent(row.partition() + "/" + row.offset(), row.number());
          if (known != null) {
            assertThat(row.number()).isEqualTo(known);
          }
        }
        SequenceCheck check = new SequenceCheck();
        found.values().forEach(number -> received(check, number));
        assertThat(check.against(sent).missing()).isZero();
        assertThat(check.against(sent).duplicated()).isZero();
      }
    }
  }

  @Test
  void theTriggerOfACheckpointMayChangeToRealTimeAndBack() throws Exception {
    try (TestBroker broker = TestBrokers.start(BrokerOptions.DEFAULTS.maxQueued(0))) {
      int expected = 0;
      Map<Integer, Long> all = new HashMap<>();
      for (int turn = 0; turn < 3; turn++) {
        Trigger trigger = turn % 2 == 0 ? Trigger.ProcessingTime(0) : REAL_TIME;
        StreamingQuery query = start(broker, trigger, "qos", "2");
        awaitConnected(query);
        try (Load load = Load.startAt(turn, broker.url(), 1, MESSAGES, 2, 0)) {
          all.putAll(load.await());
          expected += MESSAGES;
          awaitRows(query, expected);
          int total = expected;
          Await.until(
              "the end of the batch",
              LIMIT,
              () -> failed(query) || Arrived.processed(query) == total);
        }
        query.stop();
      }
      checkOnce(all);
    }
  }

  @Test
  void rowsHaveColumnsOfTheTopicAndPayloadsAsText() throws Exception {
    try (TestBroker broker = TestBrokers.start();
        Publisher publisher = Publisher.to(broker.url()).connect()) {
      Dataset<Row> rows =
          source(broker, "topicColumns", "test/{hall}/{line:int}", "payloadType", "string")
              .selectExpr(
                  "partition",
                  "offset",
                  "timestamp",
                  "cast(if(hall = 'north' and line = 7, payload, null) as binary) as payload");
      StreamingQuery query = start(rows, REAL_TIME);
      awaitConnected(query);
      publisher.publish("test/north/7", "12345678".getBytes(StandardCharsets.UTF_8), 1);
      awaitRows(query, 1);
      query.stop();
      assertThat(RowCollector.of(name).get(0).number()).isEqualTo(0x3132_3334_3536_3738L);
    }
  }

  private void checkOnce(Map<Integer, Long> sent) {
    SequenceCheck check = new SequenceCheck();
    Set<String> places = new HashSet<>();
    for (Given row : RowCollector.of(name)) {
      received(check, row.number());
      assertThat(places.add(row.partition() + "/" + row.offset())).as("%s once", row).isTrue();
    }
    assertThat(check.against(sent).missing()).isZero();
    assertThat(check.against(sent).duplicated()).isZero();
  }

  private static void received(SequenceCheck check, long number) {
    check.received(NumberedMessages.publisher(number), NumberedMessages.sequence(number));
  }

  private Set<Long> epochs() {
    Set<Long> epochs = new HashSet<>();
    RowCollector.of(name).forEach(row -> epochs.add(row.epoch()));
    return epochs;
  }

  private StreamingQuery start(TestBroker broker, Trigger trigger, String... options)
      throws Exception {
    return start(source(broker, options), trigger);
  }

  private StreamingQuery start(Dataset<Row> rows, Trigger trigger) throws Exception {
    return rows.writeStream()
        .foreach(new RowCollector(name))
        .outputMode("update")
        .option("checkpointLocation", folder.resolve("checkpoint").toString())
        .trigger(trigger)
        .start();
  }

  private static Dataset<Row> source(TestBroker broker, String... options) {
    var reader =
        spark
            .readStream()
            .format("mqtt-partitioned")
            .option("brokerUrl", broker.url())
            .option("topics", "test/#")
            .option("partitions", PARTITIONS)
            .option("receiveMaximum", 1_000);
    for (int i = 0; i < options.length; i += 2) {
      reader = reader.option(options[i], options[i + 1]);
    }
    return reader.load();
  }

  private void awaitRows(StreamingQuery query, int count) {
    Await.until(
        count + " rows", LIMIT, () -> failed(query) || RowCollector.of(name).size() >= count);
  }

  private static void awaitConnected(StreamingQuery query) {
    Await.until(
        "the source to run",
        LIMIT,
        () ->
            failed(query)
                || query.status().message().startsWith("Processing")
                || query.status().message().startsWith("Waiting"));
  }

  private static boolean failed(StreamingQuery query) {
    if (query.exception().isDefined()) {
      throw new AssertionError("the query failed", query.exception().get());
    }
    return false;
  }
}
