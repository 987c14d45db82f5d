// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.sink;

import static org.apache.spark.sql.functions.expr;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.testkit.Await;
import io.github.mqttpartitioned.testkit.CuttingProxy;
import io.github.mqttpartitioned.testkit.Packet.Publish;
import io.github.mqttpartitioned.testkit.SequenceCheck;
import io.github.mqttpartitioned.testkit.SequenceCheck.Result;
import io.github.mqttpartitioned.testkit.Soak;
import io.github.mqttpartitioned.testkit.Spark;
import io.github.mqttpartitioned.testkit.Subscriber;
import io.github.mqttpartitioned.testkit.TestBroker;
import io.github.mqttpartitioned.testkit.TestBrokers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.streaming.Trigger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Many rows, each with its number, from a batch or a streaming query at a subscriber. */
@Tag(Soak.TAG)
@Timeout(1_800)
class SinkSoakTest {

  private static final Duration DEADLINE = Duration.ofMinutes(10);
  private static final int WINDOW = 1_000;
  private static final String TOPIC = "soak";
  private static final int TASKS = 2;
  private static final int ROWS_BETWEEN_CUTS = 10_000;

  private static final int DIGITS = 20;

  /** Fixed header, topic, packet identifier, no properties, payload. */
  private static final int BYTES_OF_A_ROW = 2 + 2 + TOPIC.length() + 2 + 1 + DIGITS;

  private final int rows = Soak.rows(500_000);

  @TempDir Path folder;

  private final SequenceCheck arrived = new SequenceCheck();

  @ParameterizedTest(name = "{0} at QoS {1}")
  @CsvSource({"batch, 1", "batch, 2", "stream, 1", "stream, 2"})
  void everyRowArrivesOnce(String how, int qos) throws Exception {
    try (TestBroker broker = TestBrokers.start();
        Subscriber subscriber =
            Subscriber.subscribe(broker.url(), TOPIC, qos, WINDOW, this::take)) {
      write(how, qos, broker.url());
      subscriber.await(rows, DEADLINE);
      assertThat(arrived.against(rows)).matches(Result::isExact, "each row once");
    }
  }

  @ParameterizedTest(name = "{0} at QoS {1}")
  @CsvSource({"batch, 1", "batch, 2", "stream, 1", "stream, 2"})
  void noRowIsMissingWhereConnectionsAreCut(String how, int qos) throws Exception {
    try (TestBroker broker = TestBrokers.start();
        CuttingProxy proxy =
            CuttingProxy.start(broker.url(), (long) ROWS_BETWEEN_CUTS * BYTES_OF_A_ROW);
        Subscriber subscriber =
            Subscriber.subscribe(broker.url(), TOPIC, qos, WINDOW, this::take)) {
      write(how, qos, proxy.url());
      Await.until("all of " + rows + " rows", DEADLINE, () -> arrived.distinct() == rows);
      assertThat(proxy.cuts()).isGreaterThanOrEqualTo(rows / ROWS_BETWEEN_CUTS - TASKS);
      if (qos == 2 && broker.keepsPacketIds()) {
        assertThat(arrived.against(rows)).matches(Result::isExact, "each row once");
      }
      System.out.printf(
          "Cut the connections of a %s at QoS %d %d times: %d rows, %d messages%n",
          how, qos, proxy.cuts(), rows, subscriber.received());
    }
  }

  private void write(String how, int qos, String url) throws Exception {
    Dataset<Row> numbers =
        Spark.session()
            .range(0, rows, 1, TASKS)
            .select(expr("lpad(cast(id as string), %d, '0')".formatted(DIGITS)).as("payload"));
    // Mosquitto searches its window for each packet of QoS 2: a large one makes it crawl.
    Map<String, String> options =
        Map.of("topic", TOPIC, "qos", String.valueOf(qos), "maxInFlight", "1000");
    if (how.equals("batch")) {
      numbers.write().format("mqtt-partitioned").mode("append").options(options).save(url);
      return;
    }
    String input = folder.resolve("input").toString();
    numbers.repartition(10 * TASKS).write().text(input);
    Spark.session()
        .readStream()
        .option("maxFilesPerTrigger", TASKS)
        .text(input)
        .withColumnRenamed("value", "payload")
        .writeStream()
        .format("mqtt-partitioned")
        .options(options)
        .option("checkpointLocation", folder.resolve("checkpoint").toString())
        .trigger(Trigger.AvailableNow())
        .start(url)
        .awaitTermination();
  }

  private void take(Publish message) {
    arrived.receivedDigits(message.payload());
  }
}
