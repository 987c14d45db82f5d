// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.endtoend;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.testkit.Full;
import io.github.mqttpartitioned.testkit.HiveMqProcess;
import io.github.mqttpartitioned.testkit.Packet.Publish;
import io.github.mqttpartitioned.testkit.Spark;
import io.github.mqttpartitioned.testkit.Subscriber;
import io.github.mqttpartitioned.testkit.TestBroker;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.LongStream;
import org.apache.spark.sql.streaming.StreamingQuery;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Source and sink with HiveMQ Community Edition. */
@Tag(Full.TAG)
class HiveMqTest {

  private static final int MESSAGES = 6_000;
  private static final int QUEUED = 4_000;
  private static final int ROWS = 5_000;
  private static final Duration DEADLINE = Duration.ofMinutes(2);

  private static TestBroker broker;

  @TempDir Path folder;

  @BeforeAll
  static void startBroker() {
    broker = HiveMqProcess.open();
  }

  @AfterAll
  static void stopBroker() {
    broker.close();
  }

  /**
   * A stop with messages at the broker, and then fewer members, one of which empties its session.
   */
  @ParameterizedTest(name = "published at QoS {0}")
  @ValueSource(ints = {1, 2})
  void everyMessageArrivesAlsoThoseOfAStopAndWithFewerPartitions(int qos) throws Exception {
    Job job = new Job(folder, broker.url()).option("qos", 1).option("drainTimeout", "2s");
    StreamingQuery query = job.option("partitions", 3).startConnected();
    Map<Integer, Long> sent = new HashMap<>(publish(0, MESSAGES, qos));
    Arrived.awaitAll(query, job::rows, sent);
    query.stop();
    sent.putAll(publish(2, QUEUED, qos));
    StreamingQuery again = job.option("partitions", 2).startConnected();
    Arrived.awaitAll(again, job::rows, sent);
    sent.putAll(publish(4, MESSAGES, qos));
    Arrived.awaitAll(again, job::rows, sent);
    again.stop();
    Arrived.check(job.rows(), sent, false);
  }

  /** HiveMQ CE grants QoS 1 at most to a shared subscription, whatever its configuration. */
  @Test
  void qos2FailsAtTheStart() {
    StreamingQuery query = new Job(folder, broker.url()).option("qos", 2).start();
    assertThat(Job.failure(query, DEADLINE).cause())
        .hasMessageStartingWith("[MQTT_QOS_NOT_GRANTED] ")
        .hasMessageContaining("Set qos=1");
  }

  private static Map<Integer, Long> publish(int first, int messages, int qos) throws Exception {
    try (Load load = Load.startAt(first, broker.url(), 2, messages, qos, 0)) {
      return load.await();
    }
  }

  @ParameterizedTest(name = "QoS {0}")
  @ValueSource(ints = {0, 1, 2})
  void everyRowIsPublished(int qos) throws Exception {
    ConcurrentLinkedQueue<Publish> messages = new ConcurrentLinkedQueue<>();
    try (Subscriber subscriber =
        Subscriber.subscribe(broker.url(), "rows/" + qos + "/#", 2, messages::add)) {
      Spark.session()
          .range(0, ROWS, 1, 2)
          .select(lit("rows/" + qos + "/x").as("topic"), col("id").cast("string").as("payload"))
          .write()
          .format("mqtt-partitioned")
          .mode("append")
          .option("brokerUrl", broker.url())
          .option("qos", qos)
          .save();
      subscriber.await(ROWS, DEADLINE);
    }
    List<Long> numbers =
        messages.stream()
            .map(message -> Long.valueOf(new String(message.payload(), StandardCharsets.UTF_8)))
            .sorted()
            .toList();
    assertThat(numbers).isEqualTo(LongStream.range(0, ROWS).boxed().toList());
  }
}
