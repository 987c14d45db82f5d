// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.receiver;

import static io.github.mqttpartitioned.testkit.PacketType.PUBCOMP;
import static io.github.mqttpartitioned.testkit.PacketType.PUBREC;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.testkit.MqttProperties;
import io.github.mqttpartitioned.testkit.Packets;
import io.github.mqttpartitioned.testkit.ScriptedBroker;
import io.github.mqttpartitioned.testkit.ScriptedBroker.Script;
import io.github.mqttpartitioned.testkit.ScriptedConnection;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * QoS 2 messages that a broker sends again after their PUBREL, as Mosquitto does when a connection
 * is lost while it sends PUBRELs again.
 */
class ReleasedMessageTest {

  /** More than it takes to know that the broker gives new ids away. */
  private static final int MANY = 80;

  @TempDir Path folder;

  /** Messages with ids that go up, each to its end before the next one. */
  private static void exchange(ScriptedConnection connection, int from, int until)
      throws Exception {
    for (int id = from; id < until; id++) {
      exchange(connection, id, "message " + id);
    }
  }

  private static void exchange(ScriptedConnection connection, int id, String payload)
      throws Exception {
    connection.send(publish(payload, id, false));
    connection.expectAcknowledgement(PUBREC, id);
    connection.send(Packets.pubrel(id));
    connection.expectAcknowledgement(PUBCOMP, id);
  }

  private static byte[] publish(String payload, int id, boolean again) {
    return Packets.publish(
        "test/a", payload.getBytes(UTF_8), 2, id, again, false, MqttProperties.NONE);
  }

  private static void ready(ScriptedConnection connection, boolean present) throws Exception {
    connection.accept(present, MqttProperties.NONE);
    connection.grant();
  }

  /** The last three messages are released, and their PUBCOMPs are lost with the connection. */
  private static void loseThree(ScriptedConnection connection) throws Exception {
    ready(connection, false);
    exchange(connection, 1, MANY);
    exchangeThree(connection, false);
    connection.cut();
  }

  private static void exchangeThree(ScriptedConnection connection, boolean again) throws Exception {
    for (int id = MANY; id < MANY + 3; id++) {
      connection.send(publish("message " + id, id, again));
    }
    for (int id = MANY; id < MANY + 3; id++) {
      connection.expectAcknowledgement(PUBREC, id);
    }
    for (int id = MANY; id < MANY + 3; id++) {
      connection.send(Packets.pubrel(id));
      connection.expectAcknowledgement(PUBCOMP, id);
    }
  }

  private static void releaseOne(ScriptedConnection connection) throws Exception {
    ready(connection, true);
    connection.send(Packets.pubrel(MANY));
    connection.expectAcknowledgement(PUBCOMP, MANY);
    connection.cut();
  }

  private static void sendAgain(ScriptedConnection connection) throws Exception {
    ready(connection, true);
    exchangeThree(connection, true);
  }

  private static List<String> messages(int until) {
    return IntStream.range(1, until).mapToObj(id -> "message " + id).toList();
  }

  private Member member(ScriptedBroker broker) {
    return new Member(folder, broker.url()).qos(2);
  }

  @Test
  void messagesThatComeAgainAfterTheirPubrelAreStoredOnce() throws Exception {
    Script goesOn =
        connection -> {
          sendAgain(connection);
          exchange(connection, MANY + 3, MANY + 5);
        };
    try (ScriptedBroker broker =
            ScriptedBroker.inOrder(
                ReleasedMessageTest::loseThree, ReleasedMessageTest::releaseOne, goesOn);
        Member member = member(broker).start().awaitStored(MANY + 4)) {
      broker.awaitAcknowledged(2 * (MANY + 2) + 1 + 6 + 4, Member.DEADLINE);
      assertThat(member.payloads()).containsExactlyElementsOf(messages(MANY + 5));
      assertThat(member.status().counts().duplicates()).isEqualTo(3);
      assertThat(member.status().counts().breaches()).isEqualTo(3);
    }
  }

  @Test
  void anotherProcessKnowsThemToo() throws Exception {
    try (ScriptedBroker broker =
            ScriptedBroker.inOrder(
                ReleasedMessageTest::loseThree, connection -> ready(connection, true));
        Member member = member(broker).start().awaitStored(MANY + 2)) {
      broker.awaitAcknowledged(2 * (MANY + 2), Member.DEADLINE);
    }
    Script again =
        connection -> {
          sendAgain(connection);
          // A broker may lose the connection once more, and send them once more.
          connection.cut();
        };
    try (ScriptedBroker broker =
            ScriptedBroker.inOrder(
                again,
                connection -> {
                  sendAgain(connection);
                  exchange(connection, MANY + 3, MANY + 4);
                });
        Member member = member(broker).start().awaitStored(MANY + 3)) {
      broker.awaitAcknowledged(14, Member.DEADLINE);
      assertThat(member.payloads()).containsExactlyElementsOf(messages(MANY + 4));
    }
  }

  @Test
  void idThatTheBrokerHasFinishedWithIsFreeForAMessageOfTheSameContent() throws Exception {
    try (ScriptedBroker broker =
            ScriptedBroker.inOrder(
                connection -> {
                  ready(connection, false);
                  exchange(connection, 1, MANY);
                  connection.cut();
                },
                connection -> {
                  ready(connection, true);
                  // Sent before, and lost: two messages later the ids before are free.
                  connection.send(publish("message 5", 5, true));
                  connection.expectAcknowledgement(PUBREC, 5);
                });
        Member member = member(broker).start().awaitStored(MANY)) {
      assertThat(member.payloads()).hasSize(MANY).endsWith("message 5");
    }
  }

  @Test
  void releasedIdIsFreeLongBeforeTheIdsOfAWideWindowComeRound() throws Exception {
    int window = 1 << 14;
    try (ScriptedBroker broker =
            ScriptedBroker.inOrder(
                connection -> {
                  ready(connection, false);
                  exchange(connection, 1, MANY);
                  for (int id = MANY; id < MANY + window; id++) {
                    connection.send(publish("message " + id, id, false));
                  }
                  connection.send(publish("message 79", 79, true));
                });
        Member member = member(broker).start().awaitStored(MANY + window)) {
      assertThat(member.payloads()).hasSize(MANY + window).endsWith("message 79");
    }
  }

  @Test
  void messageUnderAnIdThatItsBrokerGivesAwayAtOnceIsNewWhateverItsContent() throws Exception {
    try (ScriptedBroker broker =
            ScriptedBroker.inOrder(
                connection -> {
                  ready(connection, false);
                  for (int i = 0; i < MANY; i++) {
                    exchange(connection, 1, "open");
                  }
                  connection.cut();
                },
                connection -> {
                  ready(connection, true);
                  connection.send(publish("open", 1, true));
                  connection.expectAcknowledgement(PUBREC, 1);
                });
        Member member = member(broker).start().awaitStored(MANY + 1)) {
      assertThat(member.payloads()).hasSize(MANY + 1).containsOnly("open");
    }
  }

  @Test
  void brokerOfWhichLittleIsKnownIsTakenAtItsWord() throws Exception {
    try (ScriptedBroker broker =
            ScriptedBroker.inOrder(
                connection -> {
                  ready(connection, false);
                  exchange(connection, 1, 10);
                  connection.cut();
                },
                connection -> {
                  ready(connection, true);
                  connection.send(publish("message 9", 9, true));
                  connection.expectAcknowledgement(PUBREC, 9);
                });
        Member member = member(broker).start().awaitStored(10)) {
      assertThat(member.payloads()).hasSize(10).endsWith("message 9");
    }
  }
}
