// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.sender;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.testkit.CapturedLog;
import io.github.mqttpartitioned.testkit.MqttProperties;
import io.github.mqttpartitioned.testkit.MqttProperties.Property;
import io.github.mqttpartitioned.testkit.Packet;
import io.github.mqttpartitioned.testkit.Packet.Publish;
import io.github.mqttpartitioned.testkit.PacketType;
import io.github.mqttpartitioned.testkit.ScriptedBroker;
import java.time.Duration;
import java.util.List;
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
