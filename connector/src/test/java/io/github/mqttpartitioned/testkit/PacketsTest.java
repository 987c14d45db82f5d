// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.github.mqttpartitioned.testkit.MqttProperties.Pair;
import io.github.mqttpartitioned.testkit.MqttProperties.Property;
import io.github.mqttpartitioned.testkit.Packet.Acknowledgement;
import io.github.mqttpartitioned.testkit.Packet.Connect;
import io.github.mqttpartitioned.testkit.Packet.Publish;
import io.github.mqttpartitioned.testkit.Packet.Subscribe;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.HexFormat;
import org.eclipse.paho.mqttv5.common.packet.MqttConnAck;
import org.eclipse.paho.mqttv5.common.packet.MqttPublish;
import org.eclipse.paho.mqttv5.common.packet.MqttSubAck;
import org.eclipse.paho.mqttv5.common.packet.MqttWireMessage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bytes worked out by hand from the MQTT 5 specification, and Paho's opinion of ours. */
class PacketsTest {

  @Test
  void connackHasTheSpecifiedBytes() {
    assertHex(
        Packets.connack(
            true,
            0,
            MqttProperties.NONE.with(Property.RECEIVE_MAXIMUM, 10).with(Property.MAXIMUM_QOS, 1)),
        "20 08 01 00 05 21 000a 24 01");
  }

  @Test
  void subackHasTheSpecifiedBytes() {
    assertHex(
        Packets.suback(7, MqttProperties.NONE.with(Property.REASON_STRING, "no"), 1, 0x87),
        "90 0a 0007 05 1f 0002 6e6f 01 87");
  }

  @Test
  void publishHasTheSpecifiedBytes() {
    assertHex(Packets.publish("a/b", new byte[] {1, 2}, 0, 99), "30 08 0003 612f62 00 01 02");
    assertHex(
        Packets.publish(
            "a/b",
            new byte[] {1},
            2,
            0x1234,
            true,
            true,
            MqttProperties.NONE.withUserProperty("k", "v")),
        "3d 10 0003 612f62 1234 07 26 0001 6b 0001 76 01");
  }

  @Test
  void acknowledgementsHaveTheSpecifiedBytes() {
    assertHex(Packets.acknowledgement(PacketType.PUBACK, 0xFFFF), "40 02 ffff");
    assertHex(Packets.acknowledgement(PacketType.PUBREC, 1), "50 02 0001");
    assertHex(Packets.pubrel(1), "62 02 0001");
    assertHex(Packets.acknowledgement(PacketType.PUBCOMP, 1, 0x92), "70 03 0001 92");
  }

  @Test
  void disconnectHasTheSpecifiedBytes() {
    assertHex(Packets.disconnect(0x8E, MqttProperties.NONE), "e0 02 8e 00");
  }

  @Test
  void connectReadsBackAsWritten() throws IOException {
    MqttProperties properties =
        MqttProperties.NONE
            .with(Property.SESSION_EXPIRY_INTERVAL, 0xFFFF_FFFFL)
            .with(Property.RECEIVE_MAXIMUM, 65535);

    Connect connect = read(Packets.connect("me", true, 60, properties, "user", "secret")).connect();

    assertThat(connect.clientId()).isEqualTo("me");
    assertThat(connect.cleanStart()).isTrue();
    assertThat(connect.keepAliveSeconds()).isEqualTo(60);
    assertThat(connect.sessionExpirySeconds()).isEqualTo(0xFFFF_FFFFL);
    assertThat(connect.receiveMaximum()).isEqualTo(65535);
    assertThat(connect.username()).contains("user");
    assertThat(connect.password()).contains("secret");
  }

  @Test
  void subscribeReadsBackAsWritten() throws IOException {
    Subscribe subscribe = read(Packets.subscribe(5, 2, "$share/g/a/#", "b/+")).subscribe();

    assertThat(subscribe.packetId()).isEqualTo(5);
    assertThat(subscribe.subscriptions())
        .extracting(Packet.Subscription::filter, Packet.Subscription::qos)
        .containsExactly(tuple("$share/g/a/#", 2), tuple("b/+", 2));
  }

  @Test
  void publishReadsBackAsWritten() throws IOException {
    MqttProperties properties =
        MqttProperties.NONE
            .with(Property.CONTENT_TYPE, "text/plain")
            .with(Property.CORRELATION_DATA, new byte[] {9})
            .with(Property.SUBSCRIPTION_IDENTIFIER, 300)
            .with(Property.MESSAGE_EXPIRY_INTERVAL, 4_000_000_000L)
            .withUserProperty("a", "1")
            .withUserProperty("a", "2");
    byte[] payload = "übung".repeat(100).getBytes(UTF_8);

    Publish publish =
        read(Packets.publish("t/ü", payload, 1, 65535, true, false, properties)).publish();

    assertThat(publish.topic()).isEqualTo("t/ü");
    assertThat(publish.packetId()).isEqualTo(65535);
    assertThat(publish.qos()).isEqualTo(1);
    assertThat(publish.duplicate()).isTrue();
    assertThat(publish.retain()).isFalse();
    assertThat(publish.payload()).isEqualTo(payload);
    assertThat(publish.properties().string(Property.CONTENT_TYPE)).contains("text/plain");
    assertThat(publish.properties().binary(Property.CORRELATION_DATA)).contains(new byte[] {9});
    assertThat(publish.properties().number(Property.SUBSCRIPTION_IDENTIFIER)).contains(300L);
    assertThat(publish.properties().number(Property.MESSAGE_EXPIRY_INTERVAL))
        .contains(4_000_000_000L);
    assertThat(publish.properties().userProperties())
        .containsExactly(new Pair("a", "1"), new Pair("a", "2"));
  }

  @Test
  void acknowledgementsReadBackAsWritten() throws IOException {
    assertThat(read(Packets.acknowledgement(PacketType.PUBREC, 65535)).acknowledgement())
        .isEqualTo(new Acknowledgement(PacketType.PUBREC, 65535, 0));
    assertThat(read(Packets.acknowledgement(PacketType.PUBCOMP, 3, 0x92)).acknowledgement())
        .isEqualTo(new Acknowledgement(PacketType.PUBCOMP, 3, 0x92));
  }

  @Test
  void pahoReadsWhatIsWritten() throws Exception {
    MqttConnAck connack =
        (MqttConnAck)
            paho(Packets.connack(true, 0, MqttProperties.NONE.with(Property.RECEIVE_MAXIMUM, 7)));
    assertThat(connack.getSessionPresent()).isTrue();
    assertThat(connack.getProperties().getReceiveMaximum()).isEqualTo(7);

    MqttSubAck suback =
        (MqttSubAck)
            paho(Packets.suback(3, MqttProperties.NONE.with(Property.REASON_STRING, "r"), 2, 0x80));
    assertThat(suback.getReturnCodes()).containsExactly(2, 0x80);
    assertThat(suback.getProperties().getReasonString()).isEqualTo("r");

    MqttPublish publish =
        (MqttPublish)
            paho(
                Packets.publish(
                    "x/y",
                    new byte[200],
                    2,
                    513,
                    false,
                    true,
                    MqttProperties.NONE.with(Property.RESPONSE_TOPIC, "re")));
    assertThat(publish.getTopicName()).isEqualTo("x/y");
    assertThat(publish.getMessageId()).isEqualTo(513);
    assertThat(publish.getMessage().getQos()).isEqualTo(2);
    assertThat(publish.getMessage().isRetained()).isTrue();
    assertThat(publish.getMessage().getPayload()).hasSize(200);
    assertThat(publish.getProperties().getResponseTopic()).isEqualTo("re");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7, 1000, 100_000})
  void packetsAreCutOutOfAnyPieces(int pieceSize) throws IOException {
    byte[] small = Packets.acknowledgement(PacketType.PUBACK, 1);
    byte[] large = Packets.publish("t", new byte[200_000], 1, 2);
    byte[] stream = new Bytes(0).put(small).put(large).put(small).toByteArray();
    PacketReader reader = new PacketReader(new Pieces(stream, pieceSize));

    assertThat(reader.read().acknowledgement().packetId()).isEqualTo(1);
    assertThat(reader.read().publish().payload()).hasSize(200_000);
    assertThat(reader.read().type()).isEqualTo(PacketType.PUBACK);
    assertThat(reader.hasBuffered()).isFalse();
    assertThatThrownBy(reader::read).isInstanceOf(EOFException.class);
  }

  @Test
  void bufferedPacketsAreKnownOnlyWhenWhole() throws IOException {
    byte[] ack = Packets.acknowledgement(PacketType.PUBACK, 1);
    byte[] oneAndAHalf = Arrays.copyOf(new Bytes(0).put(ack).put(ack).toByteArray(), 6);
    byte[] two = new Bytes(0).put(ack).put(ack).toByteArray();

    PacketReader half = new PacketReader(new ByteArrayInputStream(oneAndAHalf));
    half.read();
    PacketReader whole = new PacketReader(new ByteArrayInputStream(two));
    whole.read();

    assertThat(half.hasBuffered()).isFalse();
    assertThat(whole.hasBuffered()).isTrue();
  }

  @Test
  void aViewOfAnotherPacketIsRefused() throws IOException {
    Packet packet = read(Packets.pubrel(1));

    assertThatThrownBy(packet::connect)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContainingAll("CONNECT", "PUBREL");
  }

  private static Packet read(byte[] packet) throws IOException {
    return new PacketReader(new ByteArrayInputStream(packet)).read();
  }

  private static MqttWireMessage paho(byte[] packet) throws Exception {
    return MqttWireMessage.createWireMessage(packet);
  }

  private static void assertHex(byte[] packet, String hex) {
    assertThat(packet).isEqualTo(HexFormat.of().parseHex(hex.replace(" ", "")));
  }

  /** A stream that gives a few bytes at a time. */
  private static final class Pieces extends InputStream {
    private final InputStream in;
    private final int size;

    Pieces(byte[] bytes, int size) {
      this.in = new ByteArrayInputStream(bytes);
      this.size = size;
    }

    @Override
    public int read() throws IOException {
      return in.read();
    }

    @Override
    public int read(byte[] to, int offset, int length) throws IOException {
      return in.read(to, offset, Math.min(length, size));
    }
  }
}
