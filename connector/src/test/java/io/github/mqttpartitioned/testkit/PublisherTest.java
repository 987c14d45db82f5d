// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.mqttpartitioned.testkit.MqttProperties.Property;
import io.github.mqttpartitioned.testkit.Packet.Connect;
import io.github.mqttpartitioned.testkit.Packet.Publish;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against a scripted broker: each packet and its order. */
class PublisherTest {

  private static final Duration DEADLINE = Duration.ofSeconds(30);

  @Test
  void completesEachHandshake() {
    try (ScriptedBroker broker =
            ScriptedBroker.start(
                connection -> {
                  connection.accept(false, MqttProperties.NONE);
                  assertThat(expectPublish(connection).qos()).isEqualTo(0);
                  Publish first = expectPublish(connection);
                  connection.send(acknowledgement(PacketType.PUBACK, first.packetId()));
                  Publish second = expectPublish(connection);
                  connection.send(acknowledgement(PacketType.PUBREC, second.packetId()));
                  connection.expectAcknowledgement(PacketType.PUBREL, second.packetId());
                  connection.send(acknowledgement(PacketType.PUBCOMP, second.packetId()));
                });
        Publisher publisher = Publisher.to(broker.url()).connect()) {
      publisher.publish("t", new byte[1], 0);
      publisher.publish("t", new byte[1], 1);
      publisher.publish("t", new byte[1], 2);

      publisher.awaitAcknowledged(DEADLINE);

      assertThat(publisher.sent()).isEqualTo(3);
      assertThat(publisher.acknowledged()).isEqualTo(2);
    }
  }

  @Test
  void sendsWhatTheMessageSays() {
    MqttProperties properties =
        MqttProperties.NONE.with(Property.CONTENT_TYPE, "c").withUserProperty("k", "v");
    try (ScriptedBroker broker =
            ScriptedBroker.start(connection -> connection.accept(false, MqttProperties.NONE));
        Publisher publisher = Publisher.to(broker.url()).connect()) {
      publisher.publish("a/b", new byte[] {1, 2, 3}, 1, true, properties);

      Publish sent = expectPublish(broker.awaitConnection(0, DEADLINE));

      assertThat(sent.topic()).isEqualTo("a/b");
      assertThat(sent.payload()).containsExactly(1, 2, 3);
      assertThat(sent.qos()).isEqualTo(1);
      assertThat(sent.retain()).isTrue();
      assertThat(sent.duplicate()).isFalse();
      assertThat(sent.properties().encoded()).isEqualTo(properties.encoded());
    }
  }

  @Test
  void keepsWithinTheReceiveMaximum() throws Exception {
    try (ScriptedBroker broker =
            ScriptedBroker.start(
                connection ->
                    connection.accept(
                        false, MqttProperties.NONE.with(Property.RECEIVE_MAXIMUM, 2)));
        Publisher publisher = Publisher.to(broker.url()).connect()) {
      CompletableFuture<Void> publishing =
          CompletableFuture.runAsync(
              () -> {
                for (int i = 0; i < 3; i++) {
                  publisher.publish("t", new byte[] {(byte) i}, 1);
                }
              });
      ScriptedConnection connection = broker.awaitConnection(0, DEADLINE);

      int first = expectPublish(connection).packetId();
      expectPublish(connection);
      connection.expectSilence(Duration.ofMillis(100));
      assertThat(publishing).isNotDone();
      connection.send(acknowledgement(PacketType.PUBACK, first));

      assertThat(expectPublish(connection).payload()).containsExactly(2);
      publishing.get(30, TimeUnit.SECONDS);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void publishesAgainWhatMatchedNoSubscriberWhereThatIsAskedFor(int qos) {
    int unmatched = 0x10;
    try (ScriptedBroker broker =
            ScriptedBroker.start(connection -> connection.accept(false, MqttProperties.NONE));
        Publisher publisher = Publisher.to(broker.url()).untilMatched(true).connect()) {
      publisher.publish("t", new byte[] {7}, qos);
      ScriptedConnection connection = broker.awaitConnection(0, DEADLINE);
      for (int attempt = 0; attempt < 2; attempt++) {
        Publish sent = expectPublish(connection);
        assertThat(sent.payload()).containsExactly(7);
        assertThat(sent.duplicate()).isFalse();
        int reason = attempt == 0 ? unmatched : 0;
        if (qos == 1) {
          connection.send(Packets.acknowledgement(PacketType.PUBACK, sent.packetId(), reason));
        } else {
          connection.send(Packets.acknowledgement(PacketType.PUBREC, sent.packetId(), reason));
          connection.expectAcknowledgement(PacketType.PUBREL, sent.packetId());
          connection.send(acknowledgement(PacketType.PUBCOMP, sent.packetId()));
        }
      }

      publisher.awaitAcknowledged(DEADLINE);

      assertThat(publisher.acknowledged()).isEqualTo(1);
      assertThat(publisher.resent()).isEqualTo(1);
    }
  }

  @Test
  void resendsInOrderAndMarkedAsDuplicate() {
    List<Publish> resent = new ArrayList<>();
    try (ScriptedBroker broker =
            ScriptedBroker.inOrder(
                connection -> {
                  Connect connect = connection.accept(false, MqttProperties.NONE);
                  assertThat(connect.cleanStart()).isFalse();
                  assertThat(connect.sessionExpirySeconds()).isPositive();
                  List<Publish> first = expectPublishes(connection, 4);
                  // The second of them is acknowledged, the third only received.
                  connection.send(
                      acknowledgement(PacketType.PUBACK, first.get(1).packetId()),
                      acknowledgement(PacketType.PUBREC, first.get(2).packetId()));
                  connection.expectAcknowledgement(PacketType.PUBREL, first.get(2).packetId());
                  connection.cut();
                },
                connection -> {
                  assertThat(connection.accept(true, MqttProperties.NONE).cleanStart()).isFalse();
                  resent.add(expectPublish(connection));
                  connection.expectAcknowledgement(PacketType.PUBREL, 3);
                  resent.add(expectPublish(connection));
                  connection.send(
                      acknowledgement(PacketType.PUBACK, 1),
                      acknowledgement(PacketType.PUBCOMP, 3),
                      acknowledgement(PacketType.PUBREC, 4));
                  connection.expectAcknowledgement(PacketType.PUBREL, 4);
                  connection.send(acknowledgement(PacketType.PUBCOMP, 4));
                });
        Publisher publisher = Publisher.to(broker.url()).reconnecting(true).connect()) {
      for (int i = 1; i <= 4; i++) {
        publisher.publish("t", new byte[] {(byte) i}, i <= 2 ? 1 : 2);
      }

      publisher.awaitAcknowledged(DEADLINE);

      assertThat(resent).extracting(publish -> (int) publish.payload()[0]).containsExactly(1, 4);
      assertThat(resent).extracting(Publish::packetId).containsExactly(1, 4);
      assertThat(resent).extracting(Publish::duplicate).containsOnly(true);
      assertThat(publisher.acknowledged()).isEqualTo(4);
      assertThat(publisher.resent()).isEqualTo(2);
      assertThat(publisher.reconnects()).isEqualTo(1);
      assertThat(publisher.sessionsLost()).isZero();
    }
  }

  @Test
  void sendsAnewToABrokerThatForgotTheSession() {
    try (ScriptedBroker broker =
            ScriptedBroker.inOrder(
                connection -> {
                  connection.accept(false, MqttProperties.NONE);
                  expectPublish(connection);
                  connection.cut();
                },
                connection -> {
                  connection.accept(false, MqttProperties.NONE);
                  Publish again = expectPublish(connection);
                  assertThat(again.duplicate()).isFalse();
                  connection.send(acknowledgement(PacketType.PUBACK, again.packetId()));
                });
        Publisher publisher = Publisher.to(broker.url()).reconnecting(true).connect()) {
      publisher.publish("t", new byte[1], 1);

      publisher.awaitAcknowledged(DEADLINE);

      assertThat(publisher.sessionsLost()).isEqualTo(1);
    }
  }

  @Test
  void usesNoPacketIdTwiceAtATime() {
    int all = InFlight.MOST;
    try (ScriptedBroker broker =
            ScriptedBroker.start(connection -> connection.accept(false, MqttProperties.NONE));
        Publisher publisher = Publisher.to(broker.url()).window(all).connect()) {
      ScriptedConnection connection = broker.awaitConnection(0, DEADLINE);
      for (int i = 0; i < all; i++) {
        publisher.publish("t", new byte[0], 1);
      }
      publisher.flush();
      assertThat(expectPublishes(connection, all))
          .extracting(Publish::packetId)
          .doesNotHaveDuplicates()
          .doesNotContain(0);

      connection.send(acknowledgement(PacketType.PUBACK, 4711));
      publisher.publish("t", new byte[0], 1);

      assertThat(expectPublish(connection).packetId()).isEqualTo(4711);
    }
  }

  @Test
  void failsWhenTheBrokerRefusesAMessage() {
    try (ScriptedBroker broker =
            ScriptedBroker.start(
                connection -> {
                  connection.accept(false, MqttProperties.NONE);
                  int id = expectPublish(connection).packetId();
                  connection.send(Packets.acknowledgement(PacketType.PUBACK, id, 0x87));
                });
        Publisher publisher = Publisher.to(broker.url()).connect()) {
      publisher.publish("t", new byte[1], 1);

      assertThatThrownBy(() -> publisher.awaitAcknowledged(DEADLINE))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("refused");
    }
  }

  @Test
  void failsWhenTheConnectionIsLostForGood() {
    try (ScriptedBroker broker =
            ScriptedBroker.start(
                connection -> {
                  connection.accept(false, MqttProperties.NONE);
                  expectPublish(connection);
                  connection.cut();
                });
        Publisher publisher = Publisher.to(broker.url()).connect()) {
      publisher.publish("t", new byte[1], 1);

      assertThatThrownBy(() -> publisher.awaitAcknowledged(DEADLINE))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("connection lost");
    }
  }

  @Test
  void saysWhatIsMissingWhenTimeIsUp() {
    try (ScriptedBroker broker =
            ScriptedBroker.start(connection -> connection.accept(false, MqttProperties.NONE));
        Publisher publisher = Publisher.to(broker.url()).connect()) {
      publisher.publish("t", new byte[1], 1);

      assertThatThrownBy(() -> publisher.awaitAcknowledged(Duration.ofMillis(50)))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("1 messages in flight");
    }
  }

  private static Publish expectPublish(ScriptedConnection connection) {
    return connection.expect(PacketType.PUBLISH).publish();
  }

  private static List<Publish> expectPublishes(ScriptedConnection connection, int count) {
    List<Publish> publishes = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      publishes.add(expectPublish(connection));
    }
    return publishes;
  }

  private static byte[] acknowledgement(PacketType type, int packetId) {
    return Packets.acknowledgement(type, packetId);
  }
}
