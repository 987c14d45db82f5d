// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.sink;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.lit;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.testkit.MqttProperties.Pair;
import io.github.mqttpartitioned.testkit.MqttProperties.Property;
import io.github.mqttpartitioned.testkit.Packet.Publish;
import io.github.mqttpartitioned.testkit.Spark;
import io.github.mqttpartitioned.testkit.Subscriber;
import io.github.mqttpartitioned.testkit.TestBroker;
import io.github.mqttpartitioned.testkit.TestBrokers;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.streaming.StreamingQuery;
import org.apache.spark.sql.streaming.Trigger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Rows of a batch and of a streaming query at a subscriber of a real broker. */
class SinkSparkTest {

  private static final Duration DEADLINE = Duration.ofSeconds(60);
  private static final int ROWS = 20_000;

  private static TestBroker broker;
  private static SparkSession spark;

  @TempDir Path folder;

  @BeforeAll
  static void start() {
    spark = Spark.session();
    broker = TestBrokers.start();
  }

  @AfterAll
  static void stop() {
    broker.close();
  }

  @ParameterizedTest(name = "QoS {0}")
  @ValueSource(ints = {0, 1, 2})
  void everyRowOfABatchArrivesOnceAndInOrderOfItsTopic(int qos) {
    Map<String, List<Long>> byTopic = new HashMap<>();
    try (Subscriber subscriber =
        Subscriber.subscribe(
            broker.url(),
            "batch/#",
            2,
            message ->
                byTopic
                    .computeIfAbsent(message.topic(), topic -> new ArrayList<>())
                    .add(Long.parseLong(text(message))))) {
      spark
          .range(0, ROWS, 1, 4)
          .select(
              expr("concat('batch/', id div 5000)").as("topic"),
              col("id").cast("string").as("payload"))
          .write()
          .format("mqtt-partitioned")
          .mode("append")
          .option("brokerUrl", broker.url())
          .option("qos", qos)
          .save();
      subscriber.await(ROWS, DEADLINE);
    }
    for (int p = 0; p < 4; p++) {
      long from = (long) ROWS * p / 4;
      long until = (long) ROWS * (p + 1) / 4;
      assertThat(byTopic.get("batch/" + p))
          .isEqualTo(LongStream.range(from, until).boxed().toList());
    }
  }

  @Test
  void columnsOfARowBecomeTopicPayloadAndProperties() {
    Queue<Publish> messages = new ConcurrentLinkedQueue<>();
    try (Subscriber subscriber = Subscriber.subscribe(broker.url(), "alerts/#", 2, messages::add)) {
      spark
          .range(1)
          .select(
              lit("h1").as("hall"),
              lit(7).as("device"),
              expr("cast('hot' as binary)").as("payload"),
              lit(2).as("qos"),
              lit(true).as("retained"),
              lit("text/plain").as("contentType"),
              lit(true).as("payloadIsUtf8"),
              lit("answers/x").as("responseTopic"),
              expr("X'0102'").as("correlationData"),
              lit(2_000_000L).as("messageExpiryInterval"),
              expr("array(struct('a' as key, 'b' as value), struct('a' as key, 'c' as value))")
                  .as("userProperties"))
          .write()
          .format("mqtt-partitioned")
          .mode("append")
          .option("topic", "alerts/{hall}/{device}")
          .save(broker.url());
      subscriber.await(1, DEADLINE);
    }
    Publish message = messages.remove();
    assertThat(message.topic()).isEqualTo("alerts/h1/7");
    assertThat(text(message)).isEqualTo("hot");
    assertThat(message.qos()).isEqualTo(2);
    assertThat(message.properties().userProperties())
        .containsExactly(new Pair("a", "b"), new Pair("a", "c"));
    assertThat(message.properties().string(Property.CONTENT_TYPE)).contains("text/plain");
    assertThat(message.properties().string(Property.RESPONSE_TOPIC)).contains("answers/x");
    assertThat(message.properties().binary(Property.CORRELATION_DATA)).contains(new byte[] {1, 2});
    assertThat(message.properties().number(Property.PAYLOAD_FORMAT_INDICATOR)).contains(1L);
    assertThat(message.properties().number(Property.MESSAGE_EXPIRY_INTERVAL))
        .hasValueSatisfying(seconds -> assertThat(seconds).isBetween(1_999_000L, 2_000_000L));
    // Retained: a later subscriber gets it, too.
    try (Subscriber late = Subscriber.subscribe(broker.url(), "alerts/h1/7", 1, messages::add)) {
      late.await(1, DEADLINE);
      assertThat(messages.remove().retain()).isTrue();
    }
  }

  @Test
  void streamingQueryWritesEachOfItsBatches() throws Exception {
    Queue<String> messages = new ConcurrentLinkedQueue<>();
    try (Subscriber subscriber =
        Subscriber.subscribe(broker.url(), "stream/#", 1, message -> messages.add(text(message)))) {
      Path input = folder.resolve("input");
      spark.range(0, 1_000, 1, 2).select(col("id").cast("string")).write().text(input.toString());
      Dataset<Row> rows = spark.readStream().option("maxFilesPerTrigger", 1).text(input.toString());
      StreamingQuery query =
          rows.selectExpr("value as payload", "'stream/a' as topic")
              .writeStream()
              .format("mqtt-partitioned")
              .option("brokerUrl", broker.url())
              .option("checkpointLocation", folder.resolve("checkpoint").toString())
              .trigger(Trigger.AvailableNow())
              .start();
      query.awaitTermination();
      subscriber.await(1_000, DEADLINE);
      assertThat(query.lastProgress().sink().metrics()).containsEntry("messagesConfirmed", "1000");
    }
    assertThat(messages.stream().map(Long::valueOf).sorted().collect(Collectors.toList()))
        .isEqualTo(LongStream.range(0, 1_000).boxed().toList());
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({"append, a=1 a=1 b=1 b=1", "update, a=2 b=1 b=2", "complete, a=2 a=2 b=1 b=2"})
  void outputModeSaysWhichRowsABatchSends(String mode, String expected) throws Exception {
    Queue<String> messages = new ConcurrentLinkedQueue<>();
    List<String> all = List.of(expected.split(" "));
    Path input = Files.createDirectory(folder.resolve("input"));
    addFile(input, "1.txt", "a\nb\na\n");
    Dataset<Row> lines = spark.readStream().text(input.toString());
    Dataset<Row> counted =
        mode.equals("append") ? lines.withColumn("count", lit(1)) : lines.groupBy("value").count();
    try (Subscriber subscriber =
        Subscriber.subscribe(
            broker.url(),
            mode + "/#",
            1,
            message ->
                messages.add(message.topic().substring(mode.length() + 1) + "=" + text(message)))) {
      StreamingQuery query =
          counted
              .select(col("value").as("key"), col("count").cast("string").as("payload"))
              .writeStream()
              .format("mqtt-partitioned")
              .outputMode(mode)
              .option("topic", mode + "/{key}")
              .option("checkpointLocation", folder.resolve("checkpoint").toString())
              .start(broker.url());
      query.processAllAvailable();
      addFile(input, "2.txt", "b\n");
      query.processAllAvailable();
      query.stop();
      subscriber.await(all.size(), DEADLINE);
    }
    assertThat(messages).containsExactlyInAnyOrderElementsOf(all);
  }

  /** Whole: Spark takes a file as it finds it. */
  private static void addFile(Path input, String name, String content) throws IOException {
    Path hidden = Files.writeString(input.resolve("." + name), content);
    Files.move(hidden, input.resolve(name));
  }

  private static String text(Publish message) {
    return new String(message.payload(), StandardCharsets.UTF_8);
  }
}
