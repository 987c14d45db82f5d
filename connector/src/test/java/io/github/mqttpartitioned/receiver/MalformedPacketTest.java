// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.receiver;

import static io.github.mqttpartitioned.receiver.ReceiverTest.publish;
import static io.github.mqttpartitioned.receiver.ReceiverTest.ready;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.block.DeadLetter;
import io.github.mqttpartitioned.receiver.PartitionStatus.State;
import io.github.mqttpartitioned.testkit.Await;
import io.github.mqttpartitioned.testkit.PacketType;
import io.github.mqttpartitioned.testkit.ScriptedBroker;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a broker sends that MQTT 5 does not allow costs its connection, and nothing else. */
class MalformedPacketTest {

  @TempDir Path folder;

  static Stream<Arguments> malformed() {
    return Stream.of(
        Arguments.of(
            "bad UTF-8 in the topic", "32 08 0002 C328 0001 00 61", "not well-formed UTF-8"),
        Arguments.of("U+0000 in the topic", "32 08 0002 6100 0001 00 61", "not well-formed UTF-8"),
        Arguments.of("wildcard in the topic", "32 08 0002 612B 0001 00 61", "has a wildcard"),
        Arguments.of("empty topic", "32 06 0000 0001 00 61", "empty topic"),
        Arguments.of(
            "topic beyond the packet",
            "32 08 FFFF 6161 0001 00 61",
            "topic of a PUBLISH reaches beyond"),
        Arguments.of("packet identifier 0", "32 07 0001 61 0000 00 61", "packet identifier 0"),
        Arguments.of(
            "no room for the packet identifier",
            "32 04 0001 61 00",
            "packet identifier of a PUBLISH reaches beyond"),
        Arguments.of(
            "properties beyond the packet",
            "32 07 0001 61 0001 05 61",
            "properties of a PUBLISH reaches beyond"),
        Arguments.of(
            "property length of 5 bytes",
            "32 0B 0001 61 0001 8080808001 61",
            "property length is longer than 4 bytes"),
        Arguments.of("property repeated", "32 0E 0001 61 0001 08 03000161 03000162", "comes twice"),
        Arguments.of(
            "unknown property", "32 08 0001 61 0001 02 7F01", "does not belong in a PUBLISH"),
        Arguments.of(
            "topic alias without its topic", "32 08 0000 0001 03 230001", "alias that was not"),
        Arguments.of("topic alias 0", "32 09 0001 61 0001 03 230000", "topic alias 0"),
        Arguments.of("QoS 3", "36 07 0001 61 0001 00 61", "QoS 3"),
        Arguments.of("packet of type 0", "00 00", "begins with 0x00"),
        Arguments.of("packet that only clients send", "82 02 0001", "begins with 0x82"),
        Arguments.of("PUBREL without identifier", "62 00", "without a packet identifier"),
        Arguments.of("PUBREL with packet identifier 0", "62 02 0000", "packet identifier 0"),
        Arguments.of(
            "Remaining Length of 5 bytes",
            "32 FFFFFFFF7F",
            "Remaining Length is longer than 4 bytes"),
        Arguments.of("a second CONNACK", "20 03 00 00 00", "second CONNACK"),
        Arguments.of(
            "DISCONNECT with a bad property", "E0 04 00 02 7F 00", "unknown property 0x7F"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("malformed")
  void endsItsConnectionAndTheNextOneGoesOn(String what, String hex, String problem)
      throws Exception {
    byte[] bytes = HexFormat.of().parseHex(hex.replace(" ", ""));
    try (ReceiverLog log = new ReceiverLog();
        ScriptedBroker broker =
            ScriptedBroker.inOrder(
                connection -> {
                  ready(connection, false);
                  connection.send(publish("before", 1, 100));
                  connection.expectAcknowledgement(PacketType.PUBACK, 100);
                  connection.send(bytes);
                },
                connection -> {
                  ready(connection, true);
                  connection.send(publish("after", 1, 101));
                });
        Member member =
            new Member(folder, broker.url()).start().awaitStored(2).await(State.CONNECTED)) {
      assertThat(member.payloads()).containsExactly("before", "after");
      assertThat(log.messages()).anyMatch(line -> line.contains(problem));
      assertThat(member.status().counts().connections()).isEqualTo(2);
    }
  }

  @Test
  void truncatedPacketIsNotStored() throws Exception {
    byte[] whole = publish("half of this never comes", 1, 1);
    try (ScriptedBroker broker =
            ScriptedBroker.inOrder(
                connection -> {
                  ready(connection, false);
                  connection.send(Arrays.copyOf(whole, whole.length - 5));
                  connection.cut();
                },
                connection -> {
                  ready(connection, true);
                  connection.send(whole);
                });
        Member member = new Member(folder, broker.url()).start().awaitStored(1)) {
      assertThat(member.payloads()).containsExactly("half of this never comes");
    }
  }

  @Test
  void tellsTheBrokerWhy() throws Exception {
    int[] reason = new int[1];
    try (ScriptedBroker broker =
            ScriptedBroker.inOrder(
                connection -> {
                  ready(connection, false);
                  connection.send(HexFormat.of().parseHex("320800026100000100" + "61"));
                  reason[0] = connection.expect(PacketType.DISCONNECT).body()[0] & 0xFF;
                },
                connection -> ready(connection, true));
        Member member = new Member(folder, broker.url()).start()) {
      broker.awaitConnection(1, Member.DEADLINE);
      member.await(State.CONNECTED);
    }
    assertThat(reason[0]).isEqualTo(0x81);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void messageThatComesBackMalformedBecomesADeadLetterAndIsAcknowledged(int qos) throws Exception {
    // Topic C3 28, which is no UTF-8; id 5; DUP on the second delivery.
    byte[] poison = HexFormat.of().parseHex((qos == 1 ? "32" : "34") + "080002C328000500" + "61");
    byte[] again = poison.clone();
    again[0] |= 0x08;
    PacketType expected = qos == 1 ? PacketType.PUBACK : PacketType.PUBREC;
    try (ScriptedBroker broker =
            ScriptedBroker.inOrder(
                connection -> {
                  ready(connection, false);
                  connection.send(poison, publish("never seen on this connection", qos, 6));
                },
                connection -> {
                  ready(connection, true);
                  connection.send(again, publish("good", qos, 6));
                  connection.expectAcknowledgement(expected, 5);
                  connection.expectAcknowledgement(expected, 6);
                });
        Member member = new Member(folder, broker.url()).qos(qos).start().awaitStored(1)) {
      broker.awaitAcknowledged(2, Member.DEADLINE);
      assertThat(member.payloads()).containsExactly("good");
      Await.until("the count", Member.DEADLINE, () -> member.status().counts().deadLetters() == 1);
      List<DeadLetter> kept = member.store().deadLetters();
      assertThat(kept).hasSize(1);
      assertThat(kept.get(0).reason()).contains("not well-formed UTF-8");
    }
  }

  @Test
  void announcedLengthAloneCostsNoMemory() throws Exception {
    // A PUBLISH that announces 256 MiB and never brings them, on 3 connections.
    byte[] lie = HexFormat.of().parseHex("32FFFFFF7F000161000100");
    try (ScriptedBroker broker =
            ScriptedBroker.start(
                connection -> {
                  ready(connection, connection.number() > 0);
                  if (connection.number() < 3) {
                    connection.send(lie, "some".getBytes(UTF_8));
                    connection.cut();
                  } else {
                    connection.send(publish("good", 1, 1));
                  }
                });
        Member member = new Member(folder, broker.url()).start().awaitStored(1)) {
      assertThat(member.payloads()).containsExactly("good");
    }
  }
}
