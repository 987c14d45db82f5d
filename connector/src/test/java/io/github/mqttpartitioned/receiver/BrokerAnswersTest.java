// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.receiver;

import static io.github.mqttpartitioned.receiver.ReceiverTest.publish;
import static io.github.mqttpartitioned.receiver.ReceiverTest.ready;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.receiver.PartitionStatus.State;
import io.github.mqttpartitioned.testkit.Await;
import io.github.mqttpartitioned.testkit.MqttProperties;
import io.github.mqttpartitioned.testkit.MqttProperties.Property;
import io.github.mqttpartitioned.testkit.Packet.Connect;
import io.github.mqttpartitioned.testkit.PacketType;
import io.github.mqttpartitioned.testkit.Packets;
import io.github.mqttpartitioned.testkit.ScriptedBroker;
import io.github.mqttpartitioned.testkit.ScriptedConnection;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a member does when a broker refuses it or ends its connection. */
class BrokerAnswersTest {

  private static final MqttProperties ELSEWHERE =
      MqttProperties.NONE.with(Property.SERVER_REFERENCE, "node2.example:1883\u0007");

  @TempDir Path folder;

  private static void refuse(ScriptedConnection connection, int reason, MqttProperties properties) {
    Connect connect = connection.expect(PacketType.CONNECT).connect();
    assertThat(connect.cleanStart()).isFalse();
    connection.send(Packets.connack(false, reason, properties));
    connection.expectClosed();
  }

  @ParameterizedTest
  @ValueSource(ints = {0x88, 0x89, 0x97, 0x9C, 0x9D, 0x9F})
  void refusalThatPassesIsTriedAgainAtTheFirstStart(int reason) throws Exception {
    try (ReceiverLog log = new ReceiverLog();
        ScriptedBroker broker =
            ScriptedBroker.inOrder(
                connection -> refuse(connection, reason, ELSEWHERE),
                connection -> ready(connection, false));
        Member member = new Member(folder, broker.url()).startConnected()) {
      assertThat(log.messages())
          .anyMatch(line -> line.contains("(0x%02X)".formatted(reason)))
          .anyMatch(line -> line.contains("named the server \"node2.example:1883\\u0007\""));
      assertThat(member.status().counts().refusals()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0x80, 0x87, 0x8A, 0x8B, 0x8D, 0x93, 0x97, 0x98, 0x9C, 0x9D, 0xA0})
  void memberThatIsDisconnectedConnectsAgain(int reason) throws Exception {
    try (ReceiverLog log = new ReceiverLog();
        ScriptedBroker broker =
            ScriptedBroker.inOrder(
                connection -> {
                  ready(connection, false);
                  connection.send(Packets.disconnect(reason, ELSEWHERE));
                },
                connection -> {
                  ready(connection, true);
                  connection.send(publish("after", 1, 1));
                });
        Member member = new Member(folder, broker.url()).start().awaitStored(1)) {
      member.await(State.CONNECTED);
      Await.until(
          "the second connection",
          Duration.ofSeconds(30),
          () -> member.status().counts().connections() == 2);
      assertThat(log.messages())
          .anyMatch(line -> line.contains("(0x%02X), and named".formatted(reason)));
    }
  }

  /** A ban ends, an authentication back end returns, a token is renewed. */
  @ParameterizedTest
  @ValueSource(ints = {0x86, 0x87, 0x8A, 0x8C})
  void refusalAfterAGoodSessionIsWaitedOutWithGrowingPauses(int reason) throws Exception {
    long[] attempts = new long[6];
    try (ReceiverLog log = new ReceiverLog();
        ScriptedBroker broker =
            ScriptedBroker.start(
                connection -> {
                  attempts[connection.number()] = System.nanoTime();
                  if (connection.number() == 0) {
                    ready(connection, false);
                    connection.cut();
                  } else if (connection.number() < 5) {
                    refuse(connection, reason, MqttProperties.NONE);
                  } else {
                    ready(connection, true);
                    connection.send(publish("after", 1, 1));
                  }
                });
        Member member = new Member(folder, broker.url()).start().awaitStored(1)) {
      assertThat(member.status().counts().refusals()).isEqualTo(4);
      assertThat(log.messages())
          .filteredOn(
              line -> line.contains("tries again") && line.contains("(0x%02X)".formatted(reason)))
          .as("one warning for attempts that follow each other quickly")
          .hasSizeBetween(1, 3);
      assertThat(attempts[5] - attempts[4]).isGreaterThan(2 * (attempts[2] - attempts[1]));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0x86, 0x87, 0x8A, 0x8C})
  void refusalAtTheFirstStartIsAClearFailure(int reason) throws Exception {
    try (ScriptedBroker broker =
            ScriptedBroker.inOrder(connection -> refuse(connection, reason, MqttProperties.NONE));
        Member member = new Member(folder, broker.url()).start().await(State.FAILED)) {
      assertThat(member.status().problem())
          .hasMessageStartingWith("[MQTT_CONNECTION_REFUSED] Member member-0")
          .hasMessageContaining("(0x%02X)".formatted(reason));
    }
  }

  @Test
  void subscriptionThatIsRefusedAfterAGoodSessionIsWaitedOut() throws Exception {
    try (ScriptedBroker broker =
            ScriptedBroker.inOrder(
                connection -> {
                  ready(connection, false);
                  connection.cut();
                },
                connection -> {
                  connection.accept(true, MqttProperties.NONE);
                  int id = connection.expect(PacketType.SUBSCRIBE).subscribe().packetId();
                  connection.send(Packets.suback(id, MqttProperties.NONE, 0x87));
                },
                connection -> {
                  ready(connection, true);
                  connection.send(publish("after", 1, 1));
                });
        Member member = new Member(folder, broker.url()).start().awaitStored(1)) {
      assertThat(member.status().counts().refusals()).isEqualTo(1);
    }
  }

  @Test
  void refusalInTheWordsOfMqtt311IsTranslated() throws Exception {
    try (ScriptedBroker broker =
            ScriptedBroker.inOrder(
                connection -> {
                  connection.expect(PacketType.CONNECT);
                  connection.send(new byte[] {0x20, 2, 0, 3});
                },
                connection -> {
                  connection.expect(PacketType.CONNECT);
                  connection.send(new byte[] {0x20, 2, 0, 4});
                });
        Member member = new Member(folder, broker.url()).start().await(State.FAILED)) {
      assertThat(member.status().problem())
          .hasMessageContaining("bad user name or password (0x86)");
    }
  }

  @Test
  void messagesThatAreStoredDoNotShortenThePauses() throws Exception {
    long began = System.nanoTime();
    try (ScriptedBroker broker =
            ScriptedBroker.start(
                connection -> {
                  ready(connection, connection.number() > 0);
                  connection.send(publish("one more", 1, 1));
                  connection.expectAcknowledgement(PacketType.PUBACK, 1);
                  connection.cut();
                });
        Member member = new Member(folder, broker.url()).start()) {
      Await.until(
          "five seconds", Duration.ofSeconds(10), () -> System.nanoTime() - began > 5_000_000_000L);
      assertThat(broker.connections()).isBetween(4, 9);
      assertThat(member.status().state()).isNotEqualTo(State.FAILED);
    }
  }
}
