// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.mqttpartitioned.testkit.Firehose.Load;
import io.github.mqttpartitioned.testkit.MqttProperties.Property;
import io.github.mqttpartitioned.testkit.Packet.Publish;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FirehoseTest {

  private static final Duration DEADLINE = Duration.ofSeconds(60);

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void deliversEachMessageToPahoOnceAndInOrder(int qos) throws Exception {
    SequenceCheck received = new SequenceCheck();
    try (Firehose firehose = Firehose.start(new Load(qos, 100, 7));
        PahoSubscriber subscriber =
            PahoSubscriber.subscribe(firehose.url(), "paho", "#", qos, received)) {
      firehose.awaitSubscribed(1, DEADLINE);
      firehose.send(500, DEADLINE);
      firehose.send(500, DEADLINE);
      Await.value("all messages", DEADLINE, received::received, all -> all >= 1000);

      assertThat(received.against(1000).isExact()).isTrue();
      assertThat(subscriber.outOfOrder()).isZero();
      assertThat(firehose.acknowledged()).isEqualTo(1000);
    }
  }

  @ParameterizedTest
  @CsvSource({"0, 65535", "1, 65535", "1, 20", "2, 65535", "2, 20", "1, 1", "2, 1"})
  void countsMoreMessagesThanThereArePacketIds(int qos, int receiveMaximum) {
    long messages = receiveMaximum < 100 ? 500 : 200_000;
    try (Firehose firehose = Firehose.start(new Load(qos, 10, 3));
        BareSubscriber first =
            BareSubscriber.subscribe(firehose.url(), "first", "#", qos, receiveMaximum);
        BareSubscriber second =
            BareSubscriber.subscribe(firehose.url(), "second", "#", qos, receiveMaximum)) {
      firehose.awaitSubscribed(2, DEADLINE);
      Firehose.Report report = firehose.send(messages, DEADLINE);

      assertThat(report.messages()).isEqualTo(2 * messages);
      // Type, length, topic of 15 bytes with its length, packet id, no properties, payload.
      assertThat(report.bytes()).isEqualTo(2 * messages * (2 + 17 + (qos > 0 ? 2 : 0) + 1 + 10));
      assertThat(report.messagesPerSecond()).isPositive();
      for (BareSubscriber subscriber : List.of(first, second)) {
        Await.value("all", DEADLINE, subscriber::received, received -> received == messages);
      }
    }
  }

  @Test
  void sendsPacketsLargerThanEveryBuffer() {
    int payloadBytes = 9 << 20;
    try (Firehose firehose = Firehose.start(new Load(1, payloadBytes, 2));
        BareSubscriber subscriber = BareSubscriber.subscribe(firehose.url(), "bare", "#", 1, 10)) {
      firehose.awaitSubscribed(1, DEADLINE);
      firehose.send(5, DEADLINE);

      Await.value("all", DEADLINE, subscriber::received, received -> received == 5);
      assertThat(subscriber.receivedBytes()).isEqualTo(5L * (17 + 2 + 1 + payloadBytes));
    }
  }

  @Test
  void numbersMessagesByConnectionAndTopicsTakeTurns() throws Exception {
    try (Firehose firehose = Firehose.start(new Load(1, 9, 3));
        Client other = new Client(firehose, 100);
        Client client = new Client(firehose, 100)) {
      CompletableFuture<Firehose.Report> sending = client.send(firehose, 4);
      List<Publish> messages = client.expectPublishes(4);

      assertThat(messages)
          .extracting(Publish::topic)
          .containsExactly(
              "firehose/000000", "firehose/000001", "firehose/000002", "firehose/000000");
      assertThat(messages).extracting(Publish::packetId).containsExactly(1, 2, 3, 4);
      assertThat(messages)
          .extracting(message -> ByteBuffer.wrap(message.payload()).getLong())
          .containsExactly(1L << 48, 1L << 48 | 1, 1L << 48 | 2, 1L << 48 | 3);
      assertThat(messages).extracting(message -> message.payload().length).containsOnly(9);
      client.acknowledge(PacketType.PUBACK, 1, 2, 3, 4);
      other.expectPublishes(4);
      other.acknowledge(PacketType.PUBACK, 1, 2, 3, 4);
      sending.get(30, TimeUnit.SECONDS);
    }
  }

  @Test
  void sendsNoMoreThanTheReceiveMaximum() throws Exception {
    try (Firehose firehose = Firehose.start(new Load(2, 8, 1));
        Client client = new Client(firehose, 3)) {
      CompletableFuture<Firehose.Report> sending = client.send(firehose, 5);
      client.expectPublishes(3);
      client.acknowledge(PacketType.PUBREC, 1, 2, 3);
      client.expect(PacketType.PUBREL, 1, 2, 3);
      client.expectSilence();

      client.acknowledge(PacketType.PUBCOMP, 1, 2);
      client.expectPublishes(2);
      client.expectSilence();

      client.acknowledge(PacketType.PUBREC, 4, 5);
      client.expect(PacketType.PUBREL, 4, 5);
      client.acknowledge(PacketType.PUBCOMP, 3, 4);
      client.expectSilence();
      assertThat(sending).isNotDone();
      client.acknowledge(PacketType.PUBCOMP, 5);
      assertThat(sending.get(30, TimeUnit.SECONDS).messages()).isEqualTo(5);
    }
  }

  @Test
  void refusesAcknowledgementsOutOfOrder() throws Exception {
    assertRefused(1, "out of order", client -> client.acknowledge(PacketType.PUBACK, 2, 1));
  }

  @Test
  void refusesASecondAcknowledgement() throws Exception {
    assertRefused(1, "out of order", client -> client.acknowledge(PacketType.PUBACK, 1, 1));
  }

  @Test
  void refusesAnAcknowledgementOfWhatWasNotSent() throws Exception {
    assertRefused(
        1, "already acknowledged", client -> client.acknowledge(PacketType.PUBACK, 1, 2, 3));
  }

  @Test
  void refusesAPubcompBeforeThePubrel() throws Exception {
    assertRefused(2, "already acknowledged", client -> client.acknowledge(PacketType.PUBCOMP, 1));
  }

  @Test
  void refusesPubrecsOutOfOrder() throws Exception {
    assertRefused(2, "out of order", client -> client.acknowledge(PacketType.PUBREC, 2));
  }

  @Test
  void refusesTheWrongAcknowledgement() throws Exception {
    assertRefused(2, "PUBACK", client -> client.acknowledge(PacketType.PUBACK, 1));
  }

  @Test
  void refusesANegativeAcknowledgement() throws Exception {
    assertRefused(
        1, "0x80", client -> client.send(Packets.acknowledgement(PacketType.PUBACK, 1, 0x80)));
  }

  @Test
  void saysWhoIsSlow() throws Exception {
    try (Firehose firehose = Firehose.start(new Load(1, 8, 1));
        Client client = new Client(firehose, 100)) {
      assertThatThrownBy(() -> firehose.send(2, Duration.ofMillis(50)))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("2 of 2 messages sent, 0 acknowledged");
      client.expectPublishes(2);
    }
  }

  private interface Misdeed {
    void on(Client client) throws IOException;
  }

  /** Sends two messages to a client that acknowledges them in a wrong way. */
  private static void assertRefused(int qos, String error, Misdeed misdeed) throws Exception {
    try (Firehose firehose = Firehose.start(new Load(qos, 8, 1));
        Client client = new Client(firehose, 100)) {
      CompletableFuture<Firehose.Report> sending = client.send(firehose, 2);
      client.expectPublishes(2);
      misdeed.on(client);

      assertThatThrownBy(() -> sending.get(30, TimeUnit.SECONDS))
          .cause()
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining(error);
    }
  }

  /** A subscriber that does only what it is told. */
  private static final class Client implements AutoCloseable {
    private static final int SILENCE_MILLIS = 50;

    private final Socket socket;
    private final PacketReader reader;

    Client(Firehose firehose, int receiveMaximum) throws IOException {
      socket = new Socket(InetAddress.getLoopbackAddress(), URI.create(firehose.url()).getPort());
      reader = new PacketReader(socket.getInputStream());
      MqttProperties properties =
          MqttProperties.NONE.with(Property.RECEIVE_MAXIMUM, receiveMaximum);
      send(Packets.connect("client", true, 0, properties, null, null));
      assertThat(reader.read().connack().reason()).isZero();
      send(Packets.subscribe(1, 2, "#"));
      assertThat(reader.read().suback().reasons()).containsExactly(2);
    }

    CompletableFuture<Firehose.Report> send(Firehose firehose, int messages) {
      return CompletableFuture.supplyAsync(() -> firehose.send(messages, DEADLINE));
    }

    void send(byte[] packet) throws IOException {
      socket.getOutputStream().write(packet);
    }

    void acknowledge(PacketType type, int... packetIds) throws IOException {
      for (int packetId : packetIds) {
        send(Packets.acknowledgement(type, packetId));
      }
    }

    void expect(PacketType type, int... packetIds) throws IOException {
      for (int packetId : packetIds) {
        assertThat(reader.read().acknowledgement())
            .isEqualTo(new Packet.Acknowledgement(type, packetId, 0));
      }
    }

    List<Publish> expectPublishes(int count) throws IOException {
      List<Publish> publishes = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        publishes.add(reader.read().publish());
      }
      return publishes;
    }

    void expectSilence() throws IOException {
      socket.setSoTimeout(SILENCE_MILLIS);
      assertThatThrownBy(reader::read).isInstanceOf(SocketTimeoutException.class);
      socket.setSoTimeout(0);
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }
}
