// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.mqttpartitioned.testkit.MqttProperties.Property;
import io.github.mqttpartitioned.testkit.Packet.Acknowledgement;
import io.github.mqttpartitioned.testkit.Packet.Connect;
import io.github.mqttpartitioned.testkit.Packet.Subscribe;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.junit.jupiter.api.Test;

class ScriptedBrokerTest {

  private static final Duration DEADLINE = Duration.ofSeconds(30);

  @Test
  void playsABrokerForPaho() throws Exception {
    SequenceCheck received = new SequenceCheck();
    NumberedMessages messages = new NumberedMessages(0, 20);
    try (ScriptedBroker broker =
        ScriptedBroker.start(
            connection -> {
              Connect connect = connection.accept(false, MqttProperties.NONE);
              assertThat(connect.clientId()).isEqualTo("paho");
              assertThat(connect.cleanStart()).isFalse();
              Subscribe subscribe = connection.grant();
              assertThat(subscribe.subscriptions())
                  .containsExactly(new Packet.Subscription("t/#", 2, false, false, 0));
              connection.send(
                  Packets.publish("t/0", messages.next(), 0, 0),
                  Packets.publish("t/1", messages.next(), 1, 11),
                  Packets.publish("t/2", messages.next(), 2, 12));
              // Paho sends its PUBACK when the callback is done, its PUBREC before.
              assertThat(connection.expectAcknowledgements(2))
                  .containsExactlyInAnyOrder(
                      new Acknowledgement(PacketType.PUBACK, 11, 0),
                      new Acknowledgement(PacketType.PUBREC, 12, 0));
              connection.send(Packets.pubrel(12));
              connection.expectAcknowledgement(PacketType.PUBCOMP, 12);
            })) {
      try (PahoSubscriber subscriber =
          PahoSubscriber.subscribe(broker.url(), "paho", "t/#", 2, received)) {
        List<ScriptedBroker.Acknowledged> acknowledged = broker.awaitAcknowledged(3, DEADLINE);

        assertThat(acknowledged)
            .extracting(ScriptedBroker.Acknowledged::packet)
            .hasSize(3)
            .last()
            .isEqualTo(new Acknowledgement(PacketType.PUBCOMP, 12, 0));
        assertThat(subscriber.outOfOrder()).isZero();
      }
      broker.awaitConnection(0, DEADLINE).expectClosed();
    }
    assertThat(received.against(3).isExact()).isTrue();
  }

  @Test
  void refusesAConnectionAsScripted() throws Exception {
    MqttProperties properties = MqttProperties.NONE.with(Property.REASON_STRING, "no");
    try (ScriptedBroker broker =
        ScriptedBroker.start(
            connection -> {
              connection.expect(PacketType.CONNECT);
              connection.send(Packets.connack(false, 0x87, properties));
            })) {
      assertThatThrownBy(
              () -> PahoSubscriber.subscribe(broker.url(), "paho", "t", 1, new SequenceCheck()))
          .isInstanceOf(MqttException.class)
          .extracting(e -> ((MqttException) e).getReasonCode())
          .isEqualTo(0x87);
    }
  }

  @Test
  void answersPingsByItselfBetweenScriptedPackets() throws IOException {
    try (ScriptedBroker broker =
            ScriptedBroker.start(connection -> connection.expect(PacketType.PUBREL));
        Socket client = connect(broker)) {
      client
          .getOutputStream()
          .write(
              new Bytes(0)
                  .put(Packets.empty(PacketType.PINGREQ))
                  .put(Packets.pubrel(1))
                  .toByteArray());

      assertThat(new PacketReader(client.getInputStream()).read().type())
          .isEqualTo(PacketType.PINGRESP);
      broker.awaitAcknowledged(1, DEADLINE);
    }
  }

  @Test
  void throwsWhatFailedInAScriptWhenItIsClosed() throws IOException {
    ScriptedBroker broker =
        ScriptedBroker.start(connection -> connection.expect(PacketType.CONNECT));
    try (Socket client = connect(broker)) {
      client.getOutputStream().write(Packets.pubrel(1));
      assertThat(client.getInputStream().read()).isEqualTo(-1);
    }

    assertThatThrownBy(broker::close)
        .isInstanceOf(AssertionError.class)
        .cause()
        .hasMessageContainingAll("expected CONNECT", "PUBREL");
  }

  @Test
  void aScriptFailsWhenTheClientIsGone() throws IOException {
    ScriptedBroker broker =
        ScriptedBroker.start(connection -> connection.expect(PacketType.CONNECT));
    connect(broker).close();
    broker.awaitConnection(0, DEADLINE);
    Await.until("the script to fail", DEADLINE, () -> !isAlive("script-0"));

    assertThatThrownBy(broker::close)
        .isInstanceOf(AssertionError.class)
        .cause()
        .hasMessageContaining("ended while waiting for CONNECT");
  }

  @Test
  void aConnectionMoreThanScriptsIsAFailure() throws IOException {
    ScriptedBroker broker = ScriptedBroker.inOrder(connection -> {});
    try (Socket first = connect(broker);
        Socket second = connect(broker)) {
      assertThat(second.getInputStream().read()).isEqualTo(-1);
      assertThat(first.isConnected()).isTrue();
    }

    assertThatThrownBy(broker::close).isInstanceOf(AssertionError.class);
  }

  @Test
  void closingEndsAScriptThatStillWaits() throws IOException {
    ScriptedBroker broker =
        ScriptedBroker.start(connection -> connection.expect(PacketType.CONNECT));
    try (Socket client = connect(broker)) {
      broker.awaitConnection(0, DEADLINE);

      broker.close();

      assertThat(isAlive("script-0")).isFalse();
      assertThat(client.getInputStream().read()).isEqualTo(-1);
    }
  }

  private static Socket connect(ScriptedBroker broker) throws IOException {
    return new Socket(InetAddress.getLoopbackAddress(), URI.create(broker.url()).getPort());
  }

  private static boolean isAlive(String thread) {
    return Thread.getAllStackTraces().keySet().stream()
        .anyMatch(running -> running.getName().equals(thread));
  }
}
