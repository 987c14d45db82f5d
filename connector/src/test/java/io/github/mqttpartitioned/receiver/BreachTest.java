// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.receiver;

import static io.github.mqttpartitioned.receiver.ReceiverTest.publish;
import static io.github.mqttpartitioned.receiver.ReceiverTest.ready;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.testkit.Await;
import io.github.mqttpartitioned.testkit.MqttProperties;
import io.github.mqttpartitioned.testkit.MqttProperties.Property;
import io.github.mqttpartitioned.testkit.PacketType;
import io.github.mqttpartitioned.testkit.Packets;
import io.github.mqttpartitioned.testkit.ScriptedBroker;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A breach of the specification that leaves no doubt about the message costs no connection. */
class BreachTest {

  @TempDir Path folder;

  static Stream<Arguments> harmless() {
    return Stream.of(
        Arguments.of("DUP at QoS 0", "38 05 0001 61 00 78", List.of("x")),
        Arguments.of(
            "topic alias that was not allowed", "32 0A 0001 61 0001 03 230001 78", List.of("x")),
        Arguments.of(
            "alias that stands for its topic",
            "30 08 0001 61 03 230007 78  30 07 0000 03 230007 79",
            List.of("x", "y")),
        Arguments.of(
            "alias that gets another topic",
            "30 08 0001 61 03 230007 78  30 08 0001 62 03 230007 79  30 07 0000 03 230007 7A",
            List.of("x", "y", "z")),
        Arguments.of(
            "property repeated at QoS 0", "30 0D 0001 61 08 03000161 03000162 78", List.of("x")),
        Arguments.of("unknown property at QoS 0", "30 07 0001 61 02 7F01 78", List.of("x")),
        Arguments.of(
            "property that is no UTF-8, at QoS 0", "30 0A 0001 61 05 030002C328 78", List.of("x")),
        Arguments.of("topic alias 0 with a topic", "30 08 0001 61 03 230000 78", List.of("x")),
        Arguments.of("PUBREL with flags 0", "60 02 0009", List.of()),
        Arguments.of("PINGRESP with flags", "D1 00", List.of()),
        Arguments.of("PINGRESP with a body", "D0 01 00", List.of()),
        Arguments.of("SUBACK with flags", "92 04 0FFF 00 01", List.of()));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("harmless")
  void isCountedAndTheConnectionGoesOn(String what, String hex, List<String> payloads)
      throws Exception {
    byte[] bytes = HexFormat.of().parseHex(hex.replace(" ", ""));
    try (ScriptedBroker broker =
            ScriptedBroker.inOrder(
                connection -> {
                  ready(connection, false);
                  connection.send(bytes, publish("after", 1, 500));
                });
        Member member = new Member(folder, broker.url()).start()) {
      member.awaitStored(payloads.size() + 1);
      List<String> expected = new ArrayList<>(payloads);
      expected.add("after");
      assertThat(member.payloads()).isEqualTo(expected);
      Await.until("a count", Member.DEADLINE, () -> member.status().counts().breaches() > 0);
      assertThat(member.status().counts().deadLetters()).isZero();
    }
  }

  @Test
  void aliasWorksAtQos1AndItsRedeliveryIsNoDeadLetter() throws Exception {
    MqttProperties alias = MqttProperties.NONE.with(Property.TOPIC_ALIAS, 3);
    byte[] first = message("a/b", "one", 1, 1, false, alias);
    byte[] again = message("a/b", "one", 1, 1, true, alias);
    byte[] second = message("", "two", 1, 2, false, alias);
    try (ScriptedBroker broker =
            ScriptedBroker.inOrder(
                connection -> {
                  ready(connection, false);
                  connection.send(first);
                  connection.expectAcknowledgement(PacketType.PUBACK, 1);
                  connection.cut();
                },
                connection -> {
                  ready(connection, true);
                  connection.send(again, second);
                  connection.expectAcknowledgement(PacketType.PUBACK, 1);
                  connection.expectAcknowledgement(PacketType.PUBACK, 2);
                });
        Member member = new Member(folder, broker.url()).start().awaitStored(3)) {
      broker.awaitAcknowledged(3, Member.DEADLINE);
      assertThat(member.payloads()).containsExactly("one", "one", "two");
      assertThat(member.topics()).containsExactly("a/b", "a/b", "a/b");
    }
  }

  /** An alias lives as long as its connection: the redelivery comes with another form. */
  @Test
  void qos2RedeliveryIsKnownThoughItsTopicCameAsAnAlias() throws Exception {
    MqttProperties alias = MqttProperties.NONE.with(Property.TOPIC_ALIAS, 3);
    try (ScriptedBroker broker =
            ScriptedBroker.inOrder(
                connection -> {
                  ready(connection, false);
                  connection.send(
                      message("a/b", "one", 2, 1, false, alias),
                      message("", "two", 2, 2, false, alias));
                  connection.expectAcknowledgement(PacketType.PUBREC, 1);
                  connection.expectAcknowledgement(PacketType.PUBREC, 2);
                  connection.cut();
                },
                connection -> {
                  ready(connection, true);
                  connection.send(message("a/b", "two", 2, 2, true, MqttProperties.NONE));
                  connection.expectAcknowledgement(PacketType.PUBREC, 2);
                  connection.send(publish("three", 2, 3));
                });
        Member member = new Member(folder, broker.url()).qos(2).start().awaitStored(3)) {
      assertThat(member.payloads()).containsExactly("one", "two", "three");
      assertThat(member.status().counts().duplicates()).isEqualTo(1);
    }
  }

  /** Topic "a", id 5, the payload "x"; DUP on the second delivery. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "0F 0001 61 0005 08 03000161 03000162 78",
        "09 0001 61 0005 02 7F01 78",
        "0A 0001 61 0005 03 230000 78",
        "0C 0001 61 0005 05 030002C328 78",
        "0D 0001 61 0005 06 2600026161FF 78",
        "08 0002 612B 0005 00 78"
      })
  void messageThatComesBackMalformedIsARowIfTopicAndPayloadCanBeRead(String rest) throws Exception {
    byte[] first = HexFormat.of().parseHex("32" + rest.replace(" ", ""));
    byte[] again = first.clone();
    again[0] |= 0x08;
    try (ScriptedBroker broker =
            ScriptedBroker.inOrder(
                connection -> {
                  ready(connection, false);
                  connection.send(first);
                },
                connection -> {
                  ready(connection, true);
                  connection.send(again, publish("good", 1, 6));
                  connection.expectAcknowledgement(PacketType.PUBACK, 5);
                  connection.expectAcknowledgement(PacketType.PUBACK, 6);
                });
        Member member = new Member(folder, broker.url()).start().awaitStored(2)) {
      broker.awaitAcknowledged(2, Member.DEADLINE);
      assertThat(member.payloads()).containsExactly("x", "good");
      assertThat(member.store().deadLetters()).isEmpty();
    }
  }

  private static byte[] message(
      String topic, String payload, int qos, int id, boolean again, MqttProperties properties) {
    return Packets.publish(
        topic, payload.getBytes(StandardCharsets.UTF_8), qos, id, again, false, properties);
  }
}
