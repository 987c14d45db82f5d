// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.sender;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.testkit.Await;
import io.github.mqttpartitioned.testkit.CapturedLog;
import io.github.mqttpartitioned.testkit.MqttProperties;
import io.github.mqttpartitioned.testkit.MqttProperties.Property;
import io.github.mqttpartitioned.testkit.Packet;
import io.github.mqttpartitioned.testkit.Packet.Publish;
import io.github.mqttpartitioned.testkit.PacketType;
import io.github.mqttpartitioned.testkit.Packets;
import io.github.mqttpartitioned.testkit.ScriptedBroker;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What a sender sends again when its connection is lost. */
class SenderReconnectTest extends SenderFixture {

  @Test
  void lostConnectionSendsWhatIsNotConfirmedAgainWithDup() throws Exception {
    try (CapturedLog log = new CapturedLog();
        ScriptedBroker broker =
            ScriptedBroker.inOrder(
                newSession(
                    connection -> {
                      confirm(connection, publishes(connection, 4).get(0));
                      connection.cut();
                    }),
                sameSession(
                    connection -> {
                      List<Publish> again = publishes(connection, 3);
                      assertThat(again)
                          .extracting(Publish::topic)
                          .containsExactly("a/1", "a/2", "a/3");
                      assertThat(again).allMatch(Publish::duplicate);
                      assertThat(again).extracting(Publish::packetId).containsExactly(2, 3, 4);
                      confirm(connection, again);
                    }))) {
      Outbox outbox = outbox(broker, 4, 1);
      outbox.awaitConfirmed();
      assertThat(outbox.counts().sent()).isEqualTo(4);
      assertThat(outbox.counts().sentAgain()).isEqualTo(3);
      assertThat(log.lines("[MQTT_CONNECTION_LOST] Sender sender-test of broker tcp://"))
          .isNotEmpty();
    }
  }

  @Test
  void forgottenSessionGetsTheMessagesAsNewOnes() throws Exception {
    try (ScriptedBroker broker =
        ScriptedBroker.inOrder(
            newSession(
                connection -> {
                  publishes(connection, 2);
                  connection.cut();
                }),
            sameSession(
                connection -> {
                  assertThat(publishes(connection, 2)).allMatch(Publish::duplicate);
                  connection.cut();
                }),
            newSession(
                connection -> {
                  List<Publish> again = publishes(connection, 2);
                  assertThat(again).noneMatch(Publish::duplicate);
                  confirm(connection, again);
                }))) {
      outbox(broker, 2, 1).awaitConfirmed();
    }
  }

  @Test
  void releasedMessageOfQos2IsNotPublishedAgain() throws Exception {
    try (ScriptedBroker broker =
        ScriptedBroker.inOrder(
            newSession(
                connection -> {
                  publishes(connection, 2);
                  receive(connection, 1);
                  connection.cut();
                }),
            sameSession(
                connection -> {
                  List<Packet> packets = List.of(connection.readPacket(), connection.readPacket());
                  assertThat(packets)
                      .extracting(Packet::type)
                      .containsExactlyInAnyOrder(PacketType.PUBREL, PacketType.PUBLISH);
                  complete(connection, 1);
                  receive(connection, 2);
                  complete(connection, 2);
                }))) {
      outbox(broker, 2, 2).awaitConfirmed();
    }
  }

  @Test
  void forgottenSessionGetsAReceivedMessageOfQos2AsANewOne() throws Exception {
    try (ScriptedBroker broker =
        ScriptedBroker.inOrder(
            newSession(
                connection -> {
                  publish(connection);
                  receive(connection, 1);
                  connection.cut();
                }),
            accepting(
                false,
                MqttProperties.NONE,
                connection -> {
                  Publish again = publish(connection);
                  assertThat(again.duplicate()).isFalse();
                  receive(connection, again.packetId());
                  complete(connection, again.packetId());
                }))) {
      outbox(broker, 1, 2).awaitConfirmed();
    }
  }

  /** A firewall has forgotten the connection: nothing arrives, and nothing says so. */
  @Test
  void connectionThatConfirmsNothingIsReplacedBeforeTheTaskFails() throws Exception {
    connectTimeout = Duration.ofSeconds(4);
    try (CapturedLog log = new CapturedLog();
        ScriptedBroker broker =
            ScriptedBroker.inOrder(
                newSession(connection -> publishes(connection, 2)),
                sameSession(
                    connection -> {
                      List<Publish> again = publishes(connection, 2);
                      assertThat(again).allMatch(Publish::duplicate);
                      confirm(connection, again);
                    }))) {
      outbox(broker, 2, 1).awaitConfirmed();
      assertThat(log.lines("nothing was confirmed for half of connectTimeout=4000ms")).isNotEmpty();
    }
  }

  /** Nothing has to go out again, and the writer gets to know it. */
  @Test
  void rowsOfBothKindsAreOverWhenTheConnectionWasLostAfterTheirConfirmation() throws Exception {
    CompletableFuture<Void> confirmed = new CompletableFuture<>();
    try (ScriptedBroker broker =
        ScriptedBroker.inOrder(
            newSession(
                connection -> {
                  List<Publish> all = publishes(connection, 3);
                  confirm(connection, all.get(1));
                  confirmed.join();
                  connection.cut();
                }),
            sameSession(connection -> {}))) {
      Outbox outbox = outbox(broker);
      put(outbox, 0, 0);
      put(outbox, 1, 1);
      put(outbox, 2, 0);
      Await.until("confirmed", DEADLINE, () -> outbox.counts().confirmed() == 1);
      confirmed.complete(null);
      broker.awaitConnection(1, DEADLINE);
      outbox.awaitConfirmed();
      assertThat(outbox.counts().sent()).isEqualTo(3);
    }
  }

  /** As EMQX does, whose PUBREC was lost. */
  @Test
  void repeatedMessageOfQos2WhoseIdentifierIsInUseIsReleased() throws Exception {
    try (ScriptedBroker broker =
        ScriptedBroker.inOrder(
            newSession(
                connection -> {
                  publish(connection);
                  connection.cut();
                }),
            sameSession(
                connection -> {
                  assertThat(publish(connection).duplicate()).isTrue();
                  connection.send(Packets.acknowledgement(PacketType.PUBREC, 1, 0x91));
                  connection.expectAcknowledgement(PacketType.PUBREL, 1);
                  complete(connection, 1);
                }))) {
      outbox(broker, 1, 2).awaitConfirmed();
    }
  }

  @Test
  void smallerWindowOfTheNextConnectionIsRespectedAtQos2() throws Exception {
    int rows = 10;
    try (ScriptedBroker broker =
        ScriptedBroker.inOrder(
            newSession(
                connection -> {
                  publishes(connection, rows);
                  for (int packetId = 1; packetId <= 4; packetId++) {
                    receive(connection, packetId);
                  }
                  connection.cut();
                }),
            accepting(
                true,
                MqttProperties.NONE.with(Property.RECEIVE_MAXIMUM, 3),
                connection -> {
                  Set<Integer> open = new HashSet<>();
                  for (int completed = 0; completed < rows; ) {
                    Packet packet = connection.readPacket();
                    if (packet.type() == PacketType.PUBREL) {
                      int packetId = packet.acknowledgement().packetId();
                      open.remove(packetId);
                      complete(connection, packetId);
                      completed++;
                    } else {
                      Publish again = packet.publish();
                      assertThat(again.packetId()).isGreaterThan(4);
                      assertThat(open.add(again.packetId())).isTrue();
                      assertThat(open).hasSizeLessThanOrEqualTo(3);
                      connection.send(Packets.acknowledgement(PacketType.PUBREC, again.packetId()));
                    }
                  }
                }))) {
      outbox(broker, rows, 2).awaitConfirmed();
    }
  }

  @Test
  void smallerWindowOfTheNextConnectionIsRespected() throws Exception {
    try (ScriptedBroker broker =
        ScriptedBroker.inOrder(
            newSession(
                connection -> {
                  publishes(connection, 10);
                  connection.cut();
                }),
            accepting(
                true,
                MqttProperties.NONE.with(Property.RECEIVE_MAXIMUM, 3),
                connection -> {
                  for (int sent = 0; sent < 10; ) {
                    List<Publish> flight = publishes(connection, Math.min(3, 10 - sent));
                    connection.expectSilence(Duration.ofMillis(50));
                    confirm(connection, flight);
                    sent += flight.size();
                  }
                }))) {
      outbox(broker, 10, 1).awaitConfirmed();
    }
  }
}
