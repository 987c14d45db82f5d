// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.sender;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.mqttpartitioned.testkit.MqttProperties;
import io.github.mqttpartitioned.testkit.MqttProperties.Property;
import io.github.mqttpartitioned.testkit.Packet;
import io.github.mqttpartitioned.testkit.PacketType;
import io.github.mqttpartitioned.testkit.Packets;
import io.github.mqttpartitioned.testkit.ScriptedBroker;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What fails a writer, and what its error says. */
class SenderErrorsTest extends SenderFixture {

  @Test
  void refusedRowIsNamedWithTopicRowAndReasonAndTheSenderLeaves() throws Exception {
    CompletableFuture<Packet> left = new CompletableFuture<>();
    try (ScriptedBroker broker =
        ScriptedBroker.inOrder(
            newSession(
                connection -> {
                  answer(connection, publishes(connection, 3).get(1), 0x87);
                  left.complete(connection.expect(PacketType.DISCONNECT));
                }))) {
      Outbox outbox = outbox(broker, 3, 1);
      assertThatThrownBy(outbox::awaitConfirmed)
          .isInstanceOf(SinkException.class)
          .hasMessageContaining(
              "[MQTT_ROW_REFUSED] Row 1 of partition 5, topic 'a/1', was refused: the broker said"
                  + " not authorized (0x87)");
      assertThatThrownBy(() -> put(outbox, 3, 1)).isInstanceOf(SinkException.class);
      left.get(DEADLINE.toSeconds(), TimeUnit.SECONDS);
    }
  }

  @Test
  void brokerThatStaysAwayFailsTheWriterAfterConnectTimeout() throws Exception {
    connectTimeout = Duration.ofSeconds(1);
    ScriptedBroker broker = ScriptedBroker.start(newSession(connection -> publish(connection)));
    Outbox outbox = outbox(broker, 1, 1);
    awaitSent(outbox, 1);
    broker.close();
    assertThatThrownBy(outbox::awaitConfirmed)
        .hasMessageContaining("[MQTT_BROKER_UNREACHABLE] Sender sender-test of broker tcp://")
        .hasMessageContaining("connectTimeout=1000ms");
  }

  @Test
  void connectedBrokerThatConfirmsNothingFailsTheWriter() throws Exception {
    connectTimeout = Duration.ofSeconds(1);
    try (ScriptedBroker broker =
        ScriptedBroker.start(newSession(connection -> publish(connection)))) {
      assertThatThrownBy(outbox(broker, 1, 1)::awaitConfirmed)
          .hasMessageContaining("[MQTT_CONFIRMATION_MISSING]")
          .hasMessageContaining("none of 1 messages");
    }
  }

  /** As brokers do with a message that is too large for them. */
  @Test
  void brokerThatEndsEachConnectionFailsTheWriterAfterConnectTimeout() throws Exception {
    connectTimeout = Duration.ofSeconds(1);
    try (ScriptedBroker broker =
        ScriptedBroker.start(
            newSession(
                connection -> {
                  publish(connection);
                  connection.cut();
                }))) {
      assertThatThrownBy(outbox(broker, 1, 1)::awaitConfirmed)
          .hasMessageContaining("[MQTT_CONNECTION_LOST] Sender sender-test of broker tcp://")
          .hasMessageContaining("too large");
      assertThat(broker.connections()).isGreaterThan(1);
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
      assertThatThrownBy(() -> outbox(broker, 1, 1))
          .hasMessageContaining("[MQTT_CONNECTION_REFUSED]")
          .hasMessageContaining("bad user name or password (0x86): \"no\\u000aentry\"");
    }
  }

  @Test
  void limitsOfTheBrokerAreFaultsOfARow() throws Exception {
    MqttProperties limits =
        MqttProperties.NONE
            .with(Property.MAXIMUM_QOS, 1)
            .with(Property.RETAIN_AVAILABLE, 0)
            .with(Property.MAXIMUM_PACKET_SIZE, 100);
    try (ScriptedBroker broker = ScriptedBroker.start(accepting(false, limits, connection -> {}))) {
      Outbox outbox = outbox(broker);
      assertThat(outbox.fault(1, false, 3, 0, 50)).isNull();
      assertThat(outbox.fault(2, false, 3, 0, 50)).contains("Maximum QoS is 1");
      assertThat(outbox.fault(1, true, 3, 0, 50)).contains("does not retain");
      // 2 bytes of fixed header, 2 and 3 of topic, 2 of id, 1 of properties: 90 of payload fit.
      assertThat(outbox.fault(1, false, 3, 0, 90)).isNull();
      assertThat(outbox.fault(1, false, 3, 0, 91)).contains("Maximum Packet Size is 100");
    }
  }
}
