// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.sink;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.mqttpartitioned.testkit.Await;
import io.github.mqttpartitioned.testkit.BrokerOptions;
import io.github.mqttpartitioned.testkit.CapturedLog;
import io.github.mqttpartitioned.testkit.CuttingProxy;
import io.github.mqttpartitioned.testkit.MqttProperties;
import io.github.mqttpartitioned.testkit.MqttProperties.Pair;
import io.github.mqttpartitioned.testkit.Packet;
import io.github.mqttpartitioned.testkit.Packet.Publish;
import io.github.mqttpartitioned.testkit.PacketType;
import io.github.mqttpartitioned.testkit.Packets;
import io.github.mqttpartitioned.testkit.Ports;
import io.github.mqttpartitioned.testkit.ScriptedBroker;
import io.github.mqttpartitioned.testkit.ScriptedConnection;
import io.github.mqttpartitioned.testkit.SequenceCheck;
import io.github.mqttpartitioned.testkit.Spark;
import io.github.mqttpartitioned.testkit.Subscriber;
import io.github.mqttpartitioned.testkit.TestBroker;
import io.github.mqttpartitioned.testkit.TestBrokers;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.execution.QueryExecution;
import org.apache.spark.sql.streaming.StreamingQuery;
import org.apache.spark.sql.util.QueryExecutionListener;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The mistakes that sinks for MQTT have made, and what a row can have wrong. */
@Timeout(180)
class SinkMistakesTest {

  private static final Duration DEADLINE = Duration.ofSeconds(60);

  private final SparkSession spark = Spark.session();

  @TempDir Path folder;

  /** Bahir's batch write published nothing, Solace's commit did not count acknowledgements. */
  @Test
  void saveDoesNotReturnBeforeTheBrokerHasConfirmedEachRow() {
    AtomicInteger confirmed = new AtomicInteger();
    try (ScriptedBroker broker =
        ScriptedBroker.start(
            connection -> {
              connection.accept(false, MqttProperties.NONE);
              List<Publish> messages =
                  List.of(publish(connection), publish(connection), publish(connection));
              connection.expectSilence(Duration.ofMillis(300));
              for (Publish message : messages) {
                confirmed.incrementAndGet();
                connection.send(Packets.acknowledgement(PacketType.PUBACK, message.packetId()));
              }
            })) {
      save(rows(3).withColumn("topic", expr("concat('t/', payload)")), broker.url(), Map.of());
      assertThat(confirmed).hasValue(3);
    }
  }

  /** Solace's sink takes the first row's topic for all rows. */
  @Test
  void eachRowHasItsOwnTopic() {
    Set<String> topics = ConcurrentHashMap.newKeySet();
    try (TestBroker broker = TestBrokers.start();
        Subscriber subscriber =
            Subscriber.subscribe(
                broker.url(), "own/#", 1, message -> topics.add(message.topic()))) {
      save(rows(100).withColumn("topic", expr("concat('own/', payload)")), broker.url(), Map.of());
      subscriber.await(100, DEADLINE);
    }
    assertThat(topics).hasSize(100);
  }

  /** foreach writers make a connection per partition and epoch. */
  @Test
  void connectionsSurviveBatchesAndSayWhatTheyAre() {
    List<String> clientIds = Collections.synchronizedList(new ArrayList<>());
    try (ScriptedBroker broker =
        ScriptedBroker.start(
            connection -> {
              clientIds.add(connection.accept(false, MqttProperties.NONE).clientId());
              confirmAll(connection);
            })) {
      for (int batch = 0; batch < 5; batch++) {
        save(rows(10).coalesce(1), broker.url(), Map.of("topic", "a", "clientIdPrefix", "alerts"));
      }
      assertThat(clientIds).containsExactly("alerts-driver-0");
    }
  }

  @Test
  void deadUrlOfAClusterIsPassedOver() {
    try (TestBroker broker = TestBrokers.start();
        Subscriber subscriber = Subscriber.subscribe(broker.url(), "cluster", 1, message -> {})) {
      String dead = "tcp://127.0.0.1:" + Ports.free();
      save(
          rows(100).repartition(2),
          dead + "," + broker.url(),
          Map.of("topic", "cluster", "brokerMode", "cluster"));
      subscriber.await(100, DEADLINE);
    }
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "null topic | nullif(id, 5) | 'x' | 1 | Row 5 of partition 0 has no topic: its column topic is null",
        "empty topic | if(id = 5, '', 'a') | 'x' | 1 | Row 5 of partition 0 has a topic that is empty",
        "share | if(id = 5, '$share/g/a', 'a') | 'x' | 1 | Row 5 of partition 0, topic '$share/g/a', has a topic that begins with $share/",
        "wildcard | if(id = 5, 'a/+', 'a') | 'x' | 1 | Row 5 of partition 0, topic 'a/+', has a topic that contains + or #",
        "U+0000 | if(id = 5, 'a\\u0000', 'a') | 'x' | 1 | is not UTF-8 without U+0000",
        "null payload | 'a' | if(id = 5, null, 'x') | 1 | Row 5 of partition 0, topic 'a', has no payload",
        "qos | 'a' | 'x' | if(id = 5, 7, 1) | Row 5 of partition 0, topic 'a', has qos 7"
      })
  void rowThatCannotBecomeAMessageIsNamed(
      String what, String topic, String payload, String qos, String expected) {
    try (ScriptedBroker broker = confirming()) {
      Dataset<Row> rows =
          spark
              .range(0, 10, 1, 1)
              .select(
                  expr("cast(" + topic + " as string)").as("topic"),
                  expr(payload).as("payload"),
                  expr(qos).as("qos"));
      assertThatThrownBy(() -> save(rows, broker.url(), Map.of()))
          .rootCause()
          .hasMessageContaining("[MQTT_ROW_INVALID]")
          .hasMessageContaining(expected);
    }
  }

  /** What the broker takes is known only when it is connected. */
  @Test
  void rowThatIsLargerThanTheBrokerTakesIsNamed() {
    MqttProperties limits =
        MqttProperties.NONE.with(MqttProperties.Property.MAXIMUM_PACKET_SIZE, 100);
    try (ScriptedBroker broker =
        ScriptedBroker.start(
            connection -> {
              connection.accept(false, limits);
              confirmAll(connection);
            })) {
      Dataset<Row> rows =
          spark.range(0, 10, 1, 1).select(expr("repeat('x', if(id = 5, 200, 50))").as("payload"));
      assertThatThrownBy(() -> save(rows, broker.url(), Map.of("topic", "a")))
          .rootCause()
          .hasMessageContaining("[MQTT_ROW_INVALID] Row 5 of partition 0, topic 'a',")
          .hasMessageContaining("Maximum Packet Size is 100");
    }
  }

  @Test
  void wrongColumnsAndOptionsFailBeforeAnythingIsSent() throws Exception {
    try (ScriptedBroker broker = confirming()) {
      assertThatThrownBy(() -> save(rows(1), broker.url(), Map.of()))
          .hasMessageStartingWith("[MQTT_SINK_SCHEMA_INVALID]");
      assertThatThrownBy(() -> save(rows(1), broker.url(), Map.of("topic", "a", "qoss", "1")))
          .hasMessageContaining("Did you mean 'qos'?");
      assertThatThrownBy(
              () ->
                  spark
                      .readStream()
                      .format("rate")
                      .load()
                      .writeStream()
                      .format("mqtt-partitioned")
                      .option("topic", "a")
                      .option("checkpointLocation", folder.toString())
                      .start(broker.url()))
          .hasMessageStartingWith("[MQTT_SINK_SCHEMA_INVALID]");
      assertThat(broker.connections()).isZero();
    }
  }

  /** foreach writers carry passwords in closures. */
  @Test
  void secretsAreNeitherInErrorsNorInPlans() {
    BrokerOptions guarded = BrokerOptions.DEFAULTS.credentials("user", "the-right-one");
    Queue<String> plans = new ConcurrentLinkedQueue<>();
    SparkSession own = spark.newSession();
    own.listenerManager().register(new Plans(plans));
    try (TestBroker broker = TestBrokers.start(guarded)) {
      Map<String, String> right =
          Map.of("topic", "a", "username", "user", "password", "the-right-one");
      save(own.sql("select 'x' as payload"), broker.url(), right);
      Await.until("the plan", DEADLINE, () -> !plans.isEmpty());
      assertThat(plans).noneMatch(plan -> plan.contains("the-right-one"));
      Map<String, String> login =
          Map.of("topic", "a", "username", "user", "password", "not-the-password");
      assertThatThrownBy(() -> save(rows(1), broker.url(), login))
          .hasStackTraceContaining("[MQTT_CONNECTION_REFUSED]")
          .satisfies(error -> assertThat(stackTrace(error)).doesNotContain("not-the-password"));
    }
  }

  private record Plans(Queue<String> seen) implements QueryExecutionListener {
    @Override
    public void onSuccess(String action, QueryExecution execution, long nanos) {
      seen.add(execution.toString());
    }

    @Override
    public void onFailure(String action, QueryExecution execution, Exception error) {
      seen.add(execution.toString());
    }
  }

  /** A task that fails leaves messages behind: the log says how many. */
  @Test
  void abortSaysWhatWentOut() {
    try (CapturedLog log = new CapturedLog();
        ScriptedBroker broker =
            ScriptedBroker.start(
                connection -> {
                  connection.accept(false, MqttProperties.NONE);
                  List<Publish> messages = new ArrayList<>();
                  for (int i = 0; i < 5; i++) {
                    messages.add(publish(connection));
                  }
                  for (int i = 0; i < 3; i++) {
                    connection.send(
                        Packets.acknowledgement(
                            PacketType.PUBACK, messages.get(i).packetId(), i < 2 ? 0 : 0x87));
                  }
                })) {
      assertThatThrownBy(() -> save(rows(5), broker.url(), Map.of("topic", "a")))
          .hasStackTraceContaining("[MQTT_ROW_REFUSED] Row 2 of partition 0, topic 'a',");
      assertThat(log.lines("Partition 0 of epoch 0 is given up"))
          .isNotEmpty()
          .allMatch(line -> line.contains("of 5 rows, 5 were sent and 2 confirmed"));
    }
  }

  @Test
  void deduplicationPropertiesTellRepeatedRows() {
    Set<List<Pair>> identities = ConcurrentHashMap.newKeySet();
    try (TestBroker broker = TestBrokers.start();
        Subscriber subscriber =
            Subscriber.subscribe(
                broker.url(),
                "dedup",
                1,
                message -> identities.add(message.properties().userProperties()))) {
      save(
          rows(200).repartition(2),
          broker.url(),
          Map.of("topic", "dedup", "deduplicationProperties", "true"));
      subscriber.await(200, DEADLINE);
    }
    assertThat(identities).hasSize(200);
    assertThat(identities)
        .allSatisfy(
            pairs ->
                assertThat(pairs)
                    .extracting(Pair::name)
                    .containsExactly("mqp-query", "mqp-epoch", "mqp-partition", "mqp-row"));
  }

  @Test
  void connectionsCutEachFewThousandRowsLoseNothing() {
    int rows = 30_000;
    SequenceCheck arrived = new SequenceCheck();
    try (TestBroker broker = TestBrokers.start();
        CuttingProxy proxy = CuttingProxy.start(broker.url(), 50_000);
        Subscriber subscriber =
            Subscriber.subscribe(
                broker.url(), "cut", 1, message -> arrived.receivedDigits(message.payload()))) {
      save(rows(rows).repartition(2), proxy.url(), Map.of("topic", "cut", "maxInFlight", "1000"));
      subscriber.await(rows, DEADLINE);
      Await.until("each row", DEADLINE, () -> arrived.distinct() == rows);
      assertThat(proxy.cuts()).isGreaterThan(2);
    }
  }

  /** A source's rows, properties included, are written as they are. */
  @Test
  void rowsGoFromSourceToSinkWithTheirProperties() throws Exception {
    Queue<Publish> messages = new ConcurrentLinkedQueue<>();
    try (TestBroker in = TestBrokers.start();
        TestBroker out = TestBrokers.start();
        Subscriber subscriber = Subscriber.subscribe(out.url(), "round/#", 2, messages::add)) {
      StreamingQuery query =
          spark
              .readStream()
              .format("mqtt-partitioned")
              .option("brokerUrl", in.url())
              .option("topics", "round/#")
              .option("partitions", 1)
              .option("includeProperties", true)
              .load()
              .writeStream()
              .format("mqtt-partitioned")
              .option("brokerUrl", out.url())
              .option("checkpointLocation", folder.resolve("checkpoint").toString())
              .start();
      Await.until("the first progress", DEADLINE, () -> query.recentProgress().length > 0);
      save(
          spark
              .range(0, 1)
              .select(
                  expr("'round/trip'").as("topic"),
                  expr("X'00ff'").as("payload"),
                  expr("'c'").as("contentType"),
                  expr("array(struct('k' as key, 'v' as value))").as("userProperties")),
          in.url(),
          Map.of());
      subscriber.await(1, DEADLINE);
      query.stop();
    }
    Publish message = messages.remove();
    assertThat(message.topic()).isEqualTo("round/trip");
    assertThat(message.payload()).containsExactly(0, 0xff);
    assertThat(message.qos()).isEqualTo(1);
    assertThat(message.properties().userProperties()).containsExactly(new Pair("k", "v"));
    assertThat(message.properties().string(MqttProperties.Property.CONTENT_TYPE)).contains("c");
  }

  private Dataset<Row> rows(int count) {
    return spark.range(0, count, 1, 1).select(col("id").cast("string").as("payload"));
  }

  private static void save(Dataset<Row> rows, String url, Map<String, String> options) {
    rows.write().format("mqtt-partitioned").mode("append").options(options).save(url);
  }

  /** A broker that confirms each message of QoS 1. */
  private static ScriptedBroker confirming() {
    return ScriptedBroker.start(
        connection -> {
          connection.accept(false, MqttProperties.NONE);
          confirmAll(connection);
        });
  }

  private static void confirmAll(ScriptedConnection connection) {
    while (true) {
      Packet packet;
      try {
        packet = connection.readPacket(Duration.ofMinutes(2));
      } catch (AssertionError e) {
        return;
      }
      if (packet.type() == PacketType.PUBLISH) {
        try {
          connection.send(Packets.acknowledgement(PacketType.PUBACK, packet.publish().packetId()));
        } catch (UncheckedIOException e) {
          // The client has left meanwhile.
          return;
        }
      }
    }
  }

  private static Publish publish(ScriptedConnection connection) {
    return connection.expect(PacketType.PUBLISH).publish();
  }

  private static String stackTrace(Throwable error) {
    StringWriter text = new StringWriter();
    error.printStackTrace(new PrintWriter(text));
    return text.toString();
  }
}
