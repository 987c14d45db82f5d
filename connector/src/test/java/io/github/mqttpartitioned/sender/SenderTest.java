// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.sender;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.mqttpartitioned.mqtt.BrokerUrl;
import io.github.mqttpartitioned.mqtt.TlsSettings;
import io.github.mqttpartitioned.mqtt.credentials.CredentialSettings;
import io.github.mqttpartitioned.option.SinkSettings;
import io.github.mqttpartitioned.testkit.Await;
import io.github.mqttpartitioned.testkit.MqttProperties;
import io.github.mqttpartitioned.testkit.MqttProperties.Property;
import io.github.mqttpartitioned.testkit.Packet;
import io.github.mqttpartitioned.testkit.Packet.Publish;
import io.github.mqttpartitioned.testkit.PacketType;
import io.github.mqttpartitioned.testkit.Packets;
import io.github.mqttpartitioned.testkit.ScriptedBroker;
import io.github.mqttpartitioned.testkit.ScriptedConnection;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a sender does on the wire, packet by packet. */
@Timeout(120)
class SenderTest {

  private static final byte[] NOTHING = {};

  private final List<Sender> senders = new ArrayList<>();
  private int maxInFlight = 65_535;
  private Duration linger = Duration.ofMillis(1);
  private Duration connectTimeout = Duration.ofSeconds(20);

  @AfterEach
  void end() throws Exception {
    for (Sender sender : senders) {
      sender.close();
      sender.awaitEnd(Duration.ofSeconds(10));
      assertThat(sender.isOver()).isTrue();
    }
  }

  @Test
  void messageIsOverWhenItIsConfirmed() throws Exception {
    CompletableFuture<Void> confirm = new CompletableFuture<>();
    try (ScriptedBroker broker =
        ScriptedBroker.start(
            connection -> {
              assertThat(connection.accept(false, MqttProperties.NONE).cleanStart()).isTrue();
              Publish first = publish(connection);
              assertThat(first.topic()).isEqualTo("a/0");
              assertThat(first.duplicate()).isFalse();
              confirm.join();
              connection.send(Packets.acknowledgement(PacketType.PUBACK, first.packetId()));
            })) {
      Outbox outbox = outbox(broker);
      put(outbox, 0, 1);
      CompletableFuture<Void> ended = CompletableFuture.runAsync(() -> awaitConfirmed(outbox));
      Await.until(
          "the message to be sent", Duration.ofSeconds(20), () -> outbox.counts().sent() == 1);
      assertThat(ended).isNotDone();
      confirm.complete(null);
      ended.join();
      assertThat(outbox.counts().confirmed()).isEqualTo(1);
    }
  }

  @Test
  void rowLeavesAfterTheLingerThoughNobodyCommits() throws Exception {
    try (ScriptedBroker broker =
        ScriptedBroker.start(
            connection -> {
              connection.accept(false, MqttProperties.NONE);
              publish(connection);
            })) {
      Outbox outbox = outbox(broker);
      put(outbox, 0, 1);
      Await.until(
          "the message to be sent", Duration.ofSeconds(20), () -> outbox.counts().sent() == 1);
    }
  }

  @Test
  void qos2GoesThroughBothSteps() throws Exception {
    try (ScriptedBroker broker =
        ScriptedBroker.start(
            connection -> {
              connection.accept(false, MqttProperties.NONE);
              Publish message = publish(connection);
              assertThat(message.qos()).isEqualTo(2);
              connection.send(Packets.acknowledgement(PacketType.PUBREC, message.packetId()));
              connection.expectAcknowledgement(PacketType.PUBREL, message.packetId());
              connection.send(Packets.acknowledgement(PacketType.PUBCOMP, message.packetId()));
            })) {
      Outbox outbox = outbox(broker);
      put(outbox, 0, 2);
      outbox.awaitConfirmed();
      assertThat(outbox.counts().confirmed()).isEqualTo(1);
    }
  }

  @Test
  void receiveMaximumOfTheBrokerIsNeverExceeded() throws Exception {
    int rows = 500;
    int window = 7;
    try (ScriptedBroker broker =
        ScriptedBroker.start(
            connection -> {
              connection.accept(false, MqttProperties.NONE.with(Property.RECEIVE_MAXIMUM, window));
              Deque<Publish> unconfirmed = new ArrayDeque<>(publishes(connection, window));
              for (int row = window; row < rows; row += 4) {
                if (row < 20) {
                  connection.expectSilence(Duration.ofMillis(100));
                }
                for (int i = 0; i < 4; i++) {
                  connection.send(
                      Packets.acknowledgement(PacketType.PUBACK, unconfirmed.remove().packetId()));
                }
                unconfirmed.addAll(publishes(connection, Math.min(4, rows - row)));
              }
              confirm(connection, List.copyOf(unconfirmed));
            })) {
      Outbox outbox = outbox(broker);
      for (int row = 0; row < rows; row++) {
        put(outbox, row, 1);
      }
      outbox.awaitConfirmed();
      assertThat(outbox.counts())
          .isEqualTo(new SendCounts(rows, outbox.counts().bytes(), rows, 0, 0));
    }
  }

  @Test
  void lostConnectionSendsWhatIsNotConfirmedAgainWithDup() throws Exception {
    try (ScriptedBroker broker =
        ScriptedBroker.inOrder(
            connection -> {
              connection.accept(false, MqttProperties.NONE);
              List<Publish> messages = publishes(connection, 4);
              connection.send(
                  Packets.acknowledgement(PacketType.PUBACK, messages.get(0).packetId()));
              connection.cut();
            },
            connection -> {
              assertThat(connection.accept(true, MqttProperties.NONE).cleanStart()).isFalse();
              List<Publish> again = publishes(connection, 3);
              assertThat(again).extracting(Publish::topic).containsExactly("a/1", "a/2", "a/3");
              assertThat(again).allMatch(Publish::duplicate);
              assertThat(again).extracting(Publish::packetId).containsExactly(2, 3, 4);
              confirm(connection, again);
            })) {
      Outbox outbox = outbox(broker);
      for (int row = 0; row < 4; row++) {
        put(outbox, row, 1);
      }
      outbox.awaitConfirmed();
      assertThat(outbox.counts().sent()).isEqualTo(4);
      assertThat(outbox.counts().sentAgain()).isEqualTo(3);
    }
  }

  @Test
  void forgottenSessionGetsTheMessagesAsNewOnes() throws Exception {
    try (ScriptedBroker broker =
        ScriptedBroker.inOrder(
            connection -> {
              connection.accept(false, MqttProperties.NONE);
              publishes(connection, 2);
              connection.cut();
            },
            connection -> {
              connection.accept(true, MqttProperties.NONE);
              assertThat(publishes(connection, 2)).allMatch(Publish::duplicate);
              connection.cut();
            },
            connection -> {
              connection.accept(false, MqttProperties.NONE);
              List<Publish> again = publishes(connection, 2);
              assertThat(again).noneMatch(Publish::duplicate);
              confirm(connection, again);
            })) {
      Outbox outbox = outbox(broker);
      put(outbox, 0, 1);
      put(outbox, 1, 1);
      outbox.awaitConfirmed();
    }
  }

  @Test
  void releasedMessageOfQos2IsNotPublishedAgain() throws Exception {
    try (ScriptedBroker broker =
        ScriptedBroker.inOrder(
            connection -> {
              connection.accept(false, MqttProperties.NONE);
              List<Publish> messages = publishes(connection, 2);
              connection.send(
                  Packets.acknowledgement(PacketType.PUBREC, messages.get(0).packetId()));
              connection.expectAcknowledgement(PacketType.PUBREL, 1);
              connection.cut();
            },
            connection -> {
              connection.accept(true, MqttProperties.NONE);
              List<Packet> packets = List.of(connection.readPacket(), connection.readPacket());
              assertThat(packets)
                  .extracting(Packet::type)
                  .containsExactlyInAnyOrder(PacketType.PUBREL, PacketType.PUBLISH);
              connection.send(
                  Packets.acknowledgement(PacketType.PUBCOMP, 1),
                  Packets.acknowledgement(PacketType.PUBREC, 2));
              connection.expectAcknowledgement(PacketType.PUBREL, 2);
              connection.send(Packets.acknowledgement(PacketType.PUBCOMP, 2));
            })) {
      Outbox outbox = outbox(broker);
      put(outbox, 0, 2);
      put(outbox, 1, 2);
      outbox.awaitConfirmed();
    }
  }

  @Test
  void smallerWindowOfTheNextConnectionIsRespected() throws Exception {
    try (ScriptedBroker broker =
        ScriptedBroker.inOrder(
            connection -> {
              connection.accept(false, MqttProperties.NONE);
              publishes(connection, 10);
              connection.cut();
            },
            connection -> {
              connection.accept(true, MqttProperties.NONE.with(Property.RECEIVE_MAXIMUM, 3));
              for (int sent = 0; sent < 10; ) {
                List<Publish> flight = publishes(connection, Math.min(3, 10 - sent));
                connection.expectSilence(Duration.ofMillis(50));
                confirm(connection, flight);
                sent += flight.size();
              }
            })) {
      Outbox outbox = outbox(broker);
      for (int row = 0; row < 10; row++) {
        put(outbox, row, 1);
      }
      outbox.awaitConfirmed();
    }
  }

  @Test
  void refusedRowIsNamedWithTopicRowAndReason() throws Exception {
    try (ScriptedBroker broker =
        ScriptedBroker.start(
            connection -> {
              connection.accept(false, MqttProperties.NONE);
              List<Publish> messages = publishes(connection, 3);
              connection.send(
                  Packets.acknowledgement(PacketType.PUBACK, messages.get(1).packetId(), 0x87));
            })) {
      Outbox outbox = outbox(broker);
      for (int row = 0; row < 3; row++) {
        put(outbox, row, 1);
      }
      assertThatThrownBy(outbox::awaitConfirmed)
          .isInstanceOf(SinkException.class)
          .hasMessageContaining(
              "[MQTT_ROW_REFUSED] Row 1 of partition 5, topic 'a/1', was refused: the broker said"
                  + " not authorized (0x87)");
      assertThatThrownBy(() -> put(outbox, 3, 1)).isInstanceOf(SinkException.class);
    }
  }

  @Test
  void noSubscriberIsCountedAndNoError() throws Exception {
    try (ScriptedBroker broker =
        ScriptedBroker.start(
            connection -> {
              connection.accept(false, MqttProperties.NONE);
              connection.send(
                  Packets.acknowledgement(PacketType.PUBACK, publish(connection).packetId(), 0x10));
            })) {
      Outbox outbox = outbox(broker);
      put(outbox, 0, 1);
      outbox.awaitConfirmed();
      assertThat(outbox.counts().noSubscribers()).isEqualTo(1);
    }
  }

  @Test
  void brokerThatStaysAwayFailsTheWriterAfterConnectTimeout() throws Exception {
    connectTimeout = Duration.ofSeconds(1);
    ScriptedBroker broker =
        ScriptedBroker.start(
            connection -> {
              connection.accept(false, MqttProperties.NONE);
              publish(connection);
            });
    Outbox outbox = outbox(broker);
    put(outbox, 0, 1);
    Await.until(
        "the message to be sent", Duration.ofSeconds(20), () -> outbox.counts().sent() == 1);
    broker.close();
    assertThatThrownBy(outbox::awaitConfirmed)
        .hasMessageContaining("[MQTT_BROKER_UNREACHABLE] Sender sender-test of broker tcp://")
        .hasMessageContaining("connectTimeout=1000ms");
  }

  @Test
  void connectedBrokerThatConfirmsNothingFailsTheWriter() throws Exception {
    connectTimeout = Duration.ofSeconds(1);
    try (ScriptedBroker broker =
        ScriptedBroker.start(
            connection -> {
              connection.accept(false, MqttProperties.NONE);
              publish(connection);
            })) {
      Outbox outbox = outbox(broker);
      put(outbox, 0, 1);
      assertThatThrownBy(outbox::awaitConfirmed)
          .hasMessageContaining("[MQTT_CONFIRMATION_MISSING]")
          .hasMessageContaining("none of 1 messages");
    }
  }

  @Test
  void refusedConnectionFailsAtOnceWithTheBrokersReasonEscaped() {
    try (ScriptedBroker broker =
        ScriptedBroker.start(
            connection -> {
              connection.expect(PacketType.CONNECT);
              connection.send(
                  Packets.connack(
                      false, 0x86, MqttProperties.NONE.with(Property.REASON_STRING, "no\nentry")));
            })) {
      assertThatThrownBy(() -> put(outbox(broker), 0, 1))
          .hasMessageContaining("[MQTT_CONNECTION_REFUSED]")
          .hasMessageContaining("bad user name or password (0x86): \"no\\u000aentry\"");
    }
  }

  @Test
  void limitsOfTheBrokerAreFaultsOfARow() throws Exception {
    try (ScriptedBroker broker =
        ScriptedBroker.start(
            connection ->
                connection.accept(
                    false,
                    MqttProperties.NONE
                        .with(Property.MAXIMUM_QOS, 1)
                        .with(Property.RETAIN_AVAILABLE, 0)
                        .with(Property.MAXIMUM_PACKET_SIZE, 100)))) {
      Outbox outbox = outbox(broker);
      assertThat(outbox.fault(1, false, 3, 0, 50)).isNull();
      assertThat(outbox.fault(2, false, 3, 0, 50)).contains("Maximum QoS is 1");
      assertThat(outbox.fault(1, true, 3, 0, 50)).contains("does not retain");
      // 2 bytes of fixed header, 2 and 3 of topic, 2 of id, 1 of properties: 90 of payload fit.
      assertThat(outbox.fault(1, false, 3, 0, 90)).isNull();
      assertThat(outbox.fault(1, false, 3, 0, 91)).contains("Maximum Packet Size is 100");
    }
  }

  @Test
  void qos0EndsWhenItIsWritten() throws Exception {
    CompletableFuture<Integer> read = new CompletableFuture<>();
    try (ScriptedBroker broker =
        ScriptedBroker.start(
            connection -> {
              connection.accept(false, MqttProperties.NONE);
              read.complete(publishes(connection, 3).size());
            })) {
      Outbox outbox = outbox(broker);
      for (int row = 0; row < 3; row++) {
        put(outbox, row, 0);
      }
      outbox.awaitConfirmed();
      assertThat(outbox.counts().sent()).isEqualTo(3);
      assertThat(read.join()).isEqualTo(3);
    }
  }

  @Test
  void idsGoRoundWhenAllHaveBeenUsed() throws Exception {
    int rows = 140_000;
    try (ScriptedBroker broker =
        ScriptedBroker.start(
            connection -> {
              connection.accept(false, MqttProperties.NONE);
              for (int row = 0; row < rows; row++) {
                Publish message = publish(connection);
                assertThat(message.packetId()).isEqualTo(1 + row % 65_535);
                connection.send(Packets.acknowledgement(PacketType.PUBACK, message.packetId()));
              }
            })) {
      Outbox outbox = outbox(broker);
      for (int row = 0; row < rows; row++) {
        put(outbox, row, 1);
      }
      outbox.awaitConfirmed();
      assertThat(outbox.counts().confirmed()).isEqualTo(rows);
    }
  }

  private Outbox outbox(ScriptedBroker broker) throws InterruptedException {
    BrokerUrl url = new BrokerUrl(broker.url());
    SinkSettings settings = settings(url);
    Sender sender = Sender.start(settings, settings.connection(url, "sender-test"));
    senders.add(sender);
    return sender.begin(5, SenderListener.NONE);
  }

  private SinkSettings settings(BrokerUrl url) {
    return new SinkSettings(
        List.of(url),
        "sender-test",
        CredentialSettings.NONE,
        TlsSettings.DEFAULT,
        Map.of(),
        Duration.ofSeconds(60),
        connectTimeout,
        Duration.ofMinutes(1),
        maxInFlight,
        linger);
  }

  private static void put(Outbox outbox, int row, int qos) throws InterruptedException {
    byte[] topic = ("a/" + row).getBytes(StandardCharsets.UTF_8);
    int at = outbox.begin(qos, false, topic, topic.length, NOTHING, 0, 1);
    outbox.bytes()[at] = (byte) row;
    outbox.publish();
  }

  private static void awaitConfirmed(Outbox outbox) {
    try {
      outbox.awaitConfirmed();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Publish publish(ScriptedConnection connection) {
    return connection.expect(PacketType.PUBLISH).publish();
  }

  private static List<Publish> publishes(ScriptedConnection connection, int count) {
    return IntStream.range(0, count).mapToObj(i -> publish(connection)).toList();
  }

  private static void confirm(ScriptedConnection connection, List<Publish> messages) {
    messages.forEach(
        message -> connection.send(Packets.acknowledgement(PacketType.PUBACK, message.packetId())));
  }
}
