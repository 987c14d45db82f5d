// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.sender;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.mqtt.EntryPoints;
import io.github.mqttpartitioned.mqtt.credentials.CredentialSettings;
import io.github.mqttpartitioned.mqtt.network.BrokerUrl;
import io.github.mqttpartitioned.mqtt.network.TlsSettings;
import io.github.mqttpartitioned.option.settings.BrokerMode;
import io.github.mqttpartitioned.option.settings.SinkSettings;
import io.github.mqttpartitioned.testkit.Await;
import io.github.mqttpartitioned.testkit.MqttProperties;
import io.github.mqttpartitioned.testkit.Packet.Publish;
import io.github.mqttpartitioned.testkit.PacketType;
import io.github.mqttpartitioned.testkit.Packets;
import io.github.mqttpartitioned.testkit.ScriptedBroker;
import io.github.mqttpartitioned.testkit.ScriptedBroker.Script;
import io.github.mqttpartitioned.testkit.ScriptedConnection;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;

/**
 * Senders that end with the test, and the steps of the scripts that their broker plays. Row {@code
 * n} has the topic {@code a/n}.
 */
@Timeout(120)
abstract class SenderFixture {

  static final Duration DEADLINE = Duration.ofSeconds(20);

  /** Partition of the rows. */
  static final int PARTITION = 5;

  private static final byte[] NO_PROPERTIES = {};

  private final List<Sender> senders = new ArrayList<>();
  Duration connectTimeout = DEADLINE;
  CredentialSettings credentials = CredentialSettings.NONE;
  TlsSettings tls = TlsSettings.DEFAULT;

  @AfterEach
  final void endSenders() throws InterruptedException {
    for (Sender sender : senders) {
      sender.close();
      sender.awaitEnd(Duration.ofSeconds(10));
      assertThat(sender.isOver()).isTrue();
    }
  }

  /** A sender for this broker, and what takes the rows of a writer. */
  final Outbox outbox(ScriptedBroker broker) throws InterruptedException {
    return outbox(broker.url());
  }

  /** A sender for the broker at this URL, and what takes the rows of a writer. */
  final Outbox outbox(String broker) throws InterruptedException {
    BrokerUrl url = new BrokerUrl(broker);
    Sender sender =
        Sender.start(settings(url), new EntryPoints(List.of(url), 0, false), "sender-test");
    senders.add(sender);
    return sender.begin(PARTITION, SenderListener.NONE);
  }

  final SinkSettings settings(BrokerUrl url) {
    return new SinkSettings(
        List.of(url),
        BrokerMode.INDEPENDENT,
        "sender-test",
        credentials,
        tls,
        Map.of(),
        Duration.ofSeconds(60),
        connectTimeout,
        Duration.ofMinutes(1),
        65_535,
        Duration.ofMillis(1));
  }

  /** Gives rows 0 to {@code rows - 1} to a writer that is new. */
  final Outbox outbox(ScriptedBroker broker, int rows, int qos) throws InterruptedException {
    Outbox outbox = outbox(broker);
    for (int row = 0; row < rows; row++) {
      put(outbox, row, qos);
    }
    return outbox;
  }

  static void put(Outbox outbox, int row, int qos) throws InterruptedException {
    byte[] topic = ("a/" + row).getBytes(StandardCharsets.UTF_8);
    int at = outbox.begin(qos, false, topic, topic.length, NO_PROPERTIES, 0, 1);
    outbox.bytes()[at] = (byte) row;
    outbox.publish();
  }

  /** Gives a row with a payload of this length to the writer. */
  static void putLarge(Outbox outbox, int qos, int length) throws InterruptedException {
    byte[] topic = {'a'};
    outbox.begin(qos, false, topic, topic.length, NO_PROPERTIES, 0, length);
    outbox.publish();
  }

  static void awaitSent(Outbox outbox, int messages) {
    Await.until(messages + " sent", DEADLINE, () -> outbox.counts().sent() == messages);
  }

  /** The broker has no session, and accepts the connection. */
  static Script newSession(Script then) {
    return accepting(false, MqttProperties.NONE, then);
  }

  /** The broker has the session, and accepts the connection. */
  static Script sameSession(Script then) {
    return accepting(true, MqttProperties.NONE, then);
  }

  static Script accepting(boolean sessionPresent, MqttProperties properties, Script then) {
    return connection -> {
      assertThat(connection.accept(sessionPresent, properties).cleanStart())
          .as("only the first connection begins a session")
          .isEqualTo(connection.number() == 0);
      then.play(connection);
    };
  }

  static Publish publish(ScriptedConnection connection) {
    return connection.expect(PacketType.PUBLISH).publish();
  }

  static List<Publish> publishes(ScriptedConnection connection, int count) {
    return IntStream.range(0, count).mapToObj(i -> publish(connection)).toList();
  }

  static void confirm(ScriptedConnection connection, Publish message) {
    connection.send(Packets.acknowledgement(PacketType.PUBACK, message.packetId()));
  }

  static void confirm(ScriptedConnection connection, List<Publish> messages) {
    messages.forEach(message -> confirm(connection, message));
  }

  /** Confirms with a reason code. */
  static void answer(ScriptedConnection connection, Publish message, int reason) {
    connection.send(Packets.acknowledgement(PacketType.PUBACK, message.packetId(), reason));
  }

  /** Receives a message of QoS 2, and sees its release. */
  static void receive(ScriptedConnection connection, int packetId) {
    connection.send(Packets.acknowledgement(PacketType.PUBREC, packetId));
    connection.expectAcknowledgement(PacketType.PUBREL, packetId);
  }

  static void complete(ScriptedConnection connection, int packetId) {
    connection.send(Packets.acknowledgement(PacketType.PUBCOMP, packetId));
  }
}
