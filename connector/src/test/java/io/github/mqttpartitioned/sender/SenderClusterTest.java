// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.sender;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.mqttpartitioned.option.SinkOptions;
import io.github.mqttpartitioned.option.settings.SinkSettings;
import io.github.mqttpartitioned.testkit.MqttProperties;
import io.github.mqttpartitioned.testkit.MqttProperties.Property;
import io.github.mqttpartitioned.testkit.Packet.Publish;
import io.github.mqttpartitioned.testkit.PacketType;
import io.github.mqttpartitioned.testkit.Packets;
import io.github.mqttpartitioned.testkit.Ports;
import io.github.mqttpartitioned.testkit.ScriptedBroker;
import io.github.mqttpartitioned.testkit.ScriptedConnection;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** With {@code brokerMode=cluster} a sender connects to any URL that answers. */
@Timeout(120)
class SenderClusterTest {

  private static final byte[] NOTHING = {};
  private static final byte[] TOPIC = {'a'};

  private final SenderPool pool = new SenderPool(Duration.ofMinutes(1), false);

  @AfterEach
  void end() {
    pool.close();
  }

  @Test
  void urlThatIsDeadOrBusyIsPassedOver() throws Exception {
    try (ScriptedBroker busy = ScriptedBroker.refusing(0x88, MqttProperties.NONE);
        ScriptedBroker broker =
            ScriptedBroker.start(
                connection -> {
                  assertThat(connection.accept(false, MqttProperties.NONE).cleanStart()).isTrue();
                  confirm(connection, publish(connection));
                })) {
      SinkSettings cluster = cluster("20s", dead(), busy.url(), broker.url());
      Outbox outbox = begin(cluster, 0);
      put(outbox);
      outbox.awaitConfirmed();
      assertThat(busy.connections()).isEqualTo(1);
      assertThat(broker.connections()).isEqualTo(1);
    }
  }

  @Test
  void urlThatIsSilentIsPassedOverAfterConnectTimeout() throws Exception {
    try (ScriptedBroker silent = ScriptedBroker.start(connection -> {});
        ScriptedBroker broker =
            ScriptedBroker.start(
                connection -> {
                  connection.accept(false, MqttProperties.NONE);
                  confirm(connection, publish(connection));
                })) {
      Outbox outbox = begin(cluster("1s", silent.url(), broker.url()), 0);
      put(outbox);
      outbox.awaitConfirmed();
      assertThat(silent.connections()).isEqualTo(1);
    }
  }

  @Test
  void whatIsNotConfirmedGoesToTheNextUrlOnTheSameSession() throws Exception {
    try (ScriptedBroker first =
            ScriptedBroker.start(
                connection -> {
                  connection.accept(false, MqttProperties.NONE);
                  assertThat(publish(connection).duplicate()).isFalse();
                  connection.cut();
                });
        ScriptedBroker second =
            ScriptedBroker.start(
                connection -> {
                  assertThat(connection.accept(true, MqttProperties.NONE).cleanStart()).isFalse();
                  Publish again = publish(connection);
                  assertThat(again.duplicate()).isTrue();
                  confirm(connection, again);
                })) {
      Outbox outbox = begin(cluster("20s", first.url(), second.url()), 0);
      put(outbox);
      outbox.awaitConfirmed();
      assertThat(outbox.counts().sentAgain()).isEqualTo(1);
      assertThat(first.connections()).isEqualTo(1);
    }
  }

  @Test
  void clusterOfWhichNoUrlAnswersFailsTheWriterAndNamesTheLastOne() throws Exception {
    String last = dead();
    Outbox outbox = begin(cluster("500ms", dead(), last), 0);
    assertThatThrownBy(() -> put(outbox))
        .isInstanceOf(SinkException.class)
        .hasMessageContaining("[MQTT_BROKER_UNREACHABLE]")
        .hasMessageContaining(last);
  }

  @Test
  void senderGoesWhereItsBrokerSendsIt() throws Exception {
    try (ScriptedBroker broker =
            ScriptedBroker.inOrder(
                connection -> {
                  connection.accept(false, MqttProperties.NONE);
                  confirm(connection, publish(connection));
                });
        ScriptedBroker leaving =
            ScriptedBroker.inOrder(
                connection -> {
                  connection.accept(false, MqttProperties.NONE);
                  publish(connection);
                  connection.send(Packets.disconnect(0x9D, naming(broker)));
                });
        ScriptedBroker full = ScriptedBroker.refusing(0x9C, naming(leaving))) {
      Outbox outbox = begin(cluster("20s", full.url()), 0);
      put(outbox);
      outbox.awaitConfirmed();
      assertThat(full.connections()).isEqualTo(1);
    }
  }

  @Test
  void senderOfASingleBrokerNamesTheServerThatItIsSentTo() {
    try (ScriptedBroker full =
        ScriptedBroker.refusing(
            0x9C, MqttProperties.NONE.with(Property.SERVER_REFERENCE, "node-7:1883"))) {
      assertThatThrownBy(() -> put(begin(settings("independent", "500ms", full.url()), 0)))
          .hasMessageContaining("and named the server \"node-7:1883\"")
          .hasMessageContaining("set brokerMode=cluster to follow it");
    }
  }

  /** EMQX bans a client that connects 15 times in a minute. */
  @Test
  void clusterWhoseConnectionsAreShortGetsFewOfThem() throws Exception {
    long begin = System.nanoTime();
    try (ScriptedBroker first = ScriptedBroker.start(SenderClusterTest::cutThreeTimes);
        ScriptedBroker second = ScriptedBroker.start(SenderClusterTest::cutThreeTimes)) {
      Outbox outbox = begin(cluster("60s", first.url(), second.url()), 0);
      put(outbox);
      outbox.awaitConfirmed();
      // Without waits it takes no time. They grow to 1,600 ms, the less the longer the connections
      // live.
      assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThan(Duration.ofSeconds(1));
      assertThat(second.connections()).isEqualTo(3);
    }
  }

  private static void cutThreeTimes(ScriptedConnection connection) {
    connection.accept(false, MqttProperties.NONE);
    if (connection.number() < 3) {
      connection.cut();
    } else {
      confirm(connection, publish(connection));
    }
  }

  @Test
  void senderOfAClusterServesEachTaskAndBeginsWithTheUrlOfItsFirst() throws Exception {
    try (ScriptedBroker first = ScriptedBroker.start(SenderClusterTest::accept);
        ScriptedBroker second = ScriptedBroker.start(SenderClusterTest::accept)) {
      SinkSettings cluster = cluster("20s", first.url(), second.url());
      Sender sender = pool.borrow(cluster, 1, "x");
      sender.begin(1, SenderListener.NONE);
      pool.giveBack(sender);
      assertThat(pool.borrow(cluster, 2, "x")).isSameAs(sender);
      assertThat(first.connections()).isZero();
      assertThat(second.connections()).isEqualTo(1);
    }
  }

  @Test
  void senderOfABrokerOfItsOwnServesItsTasksAlone() throws Exception {
    try (ScriptedBroker first = ScriptedBroker.start(SenderClusterTest::accept);
        ScriptedBroker second = ScriptedBroker.start(SenderClusterTest::accept)) {
      SinkSettings brokers = settings("independent", "20s", first.url(), second.url());
      Sender sender = pool.borrow(brokers, 1, "x");
      sender.begin(1, SenderListener.NONE);
      pool.giveBack(sender);
      assertThat(pool.borrow(brokers, 3, "x")).isSameAs(sender);
      Sender other = pool.borrow(brokers, 0, "x");
      other.begin(0, SenderListener.NONE);
      assertThat(other).isNotSameAs(sender);
      assertThat(first.connections()).isEqualTo(1);
      assertThat(second.connections()).isEqualTo(1);
    }
  }

  private Outbox begin(SinkSettings settings, int partition) throws InterruptedException {
    return pool.borrow(settings, partition, "x").begin(partition, SenderListener.NONE);
  }

  private static SinkSettings cluster(String connectTimeout, String... urls) {
    return settings("cluster", connectTimeout, urls);
  }

  private static SinkSettings settings(String mode, String connectTimeout, String... urls) {
    Map<String, String> options =
        Map.of(
            "brokerUrl",
            String.join(",", urls),
            "brokerMode",
            mode,
            "connectTimeout",
            connectTimeout);
    return SinkOptions.parse(options).settings("sender-test");
  }

  private static String dead() {
    return "tcp://127.0.0.1:" + Ports.free();
  }

  private static MqttProperties naming(ScriptedBroker server) {
    return MqttProperties.NONE.with(
        Property.SERVER_REFERENCE, server.url().substring("tcp://".length()));
  }

  private static void accept(ScriptedConnection connection) {
    connection.accept(false, MqttProperties.NONE);
  }

  private static void put(Outbox outbox) throws InterruptedException {
    outbox.begin(1, false, TOPIC, TOPIC.length, NOTHING, 0, 0);
    outbox.publish();
  }

  private static Publish publish(ScriptedConnection connection) {
    return connection.expect(PacketType.PUBLISH).publish();
  }

  private static void confirm(ScriptedConnection connection, Publish message) {
    connection.send(Packets.acknowledgement(PacketType.PUBACK, message.packetId()));
  }
}
