// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.receiver;

import static io.github.mqttpartitioned.testkit.PacketType.PUBACK;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * QoS 2 messages that a broker sends again after their PUBREL, as Mosquitto does when a connection
 * is lost while it sends PUBRELs again.
 */
class ReleasedMessageTest {

  /** More than it takes to know that the broker gives ids in order. */
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
    return publish(2, payload, id, again);
  }

  private static byte[] publish(int qos, String payload, int id, boolean again) {
    return Packets.publish(
        "test/a", payload.getBytes(UTF_8), qos, id, again, false, MqttProperties.NONE);
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
      assertThat(member.payloads()).containsExactlyElementsOf(messages(MANY + 3));
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

  @ParameterizedTest(name = "{0} messages")
  @CsvSource({"65, 66, 0", "66, 66, 1"})
  void brokerIsTakenAtItsWordUntilItHasShownThatItGivesIdsInOrder(
      int messages, int stored, int breaches) throws Exception {
    Script again =
        connection -> {
          ready(connection, true);
          connection.send(publish("message " + messages, messages, true));
          connection.expectAcknowledgement(PUBREC, messages);
        };
    try (ScriptedBroker broker =
            ScriptedBroker.inOrder(
                first(connection -> exchange(connection, 1, messages + 1)), again);
        Member member = member(broker).start()) {
      broker.awaitAcknowledged(2 * messages + 1, Member.DEADLINE);
      member.awaitStored(stored);
      assertThat(member.payloads()).hasSize(stored);
      assertThat(member.status().counts().breaches()).isEqualTo(breaches);
    }
  }

  @Test
  void idsHaveComeRoundAndRepetitionsAreRecognisedAgain() throws Exception {
    int highest = 0xFFFF;
    try (ScriptedBroker broker =
            ScriptedBroker.inOrder(
                first(
                    connection -> {
                      exchange(connection, highest - 70, highest + 1);
                      exchange(connection, 1, MANY);
                    }),
                connection -> {
                  ready(connection, true);
                  connection.send(publish("message 79", 79, true));
                  connection.expectAcknowledgement(PUBREC, 79);
                  exchange(connection, MANY, "new");
                });
        Member member = member(broker).start().awaitStored(71 + MANY)) {
      broker.awaitAcknowledged(2 * (71 + MANY - 1) + 1 + 2, Member.DEADLINE);
      assertThat(member.payloads()).hasSize(71 + MANY).endsWith("message 79", "new");
    }
  }

  @Test
  void brokerThatUsesFreeIdsAgainLosesNothing() throws Exception {
    stores(
        MANY + 1,
        first(
            connection -> {
              exchange(connection, 1, MANY);
              exchange(connection, 1, "open");
            }),
        lostBefore(79, "message 79"));
  }

  @Test
  void brokerThatBeginsAnewWithEachConnectionLosesNothing() throws Exception {
    stores(
        2 * (MANY - 1),
        first(
            connection -> {
              for (int id = 1; id < MANY; id++) {
                exchange(connection, id, "open");
              }
            }),
        connection -> {
          ready(connection, true);
          for (int id = 1; id < MANY; id++) {
            connection.send(publish("open", id, true));
          }
        });
  }

  @Test
  void brokerThatHasBegunAnewAndSendsAtBothQosLosesNothing() throws Exception {
    stores(
        2 * (MANY - 1),
        first(connection -> exchange(connection, 1, MANY)),
        connection -> {
          ready(connection, true);
          for (int id = 1; id < MANY - 1; id++) {
            connection.send(publish(1, "message " + id, id, true));
          }
          connection.send(publish("message 79", 79, true));
        });
  }

  @Test
  void brokerWhoseMessagesOfQos1HaveComeRoundLosesNothing() throws Exception {
    stores(
        MANY + 2,
        first(connection -> exchange(connection, 1, MANY)),
        connection -> {
          ready(connection, true);
          for (int id = 1; id < 3; id++) {
            connection.send(publish(1, "new " + id, id, true));
            connection.expectAcknowledgement(PUBACK, id);
          }
          connection.cut();
        },
        lostBefore(79, "message 79"));
  }

  @Test
  void brokerThatHasSentSomeMessagesSinceItBeganAnewLosesNothing() throws Exception {
    stores(
        MANY + 1,
        first(connection -> exchange(connection, 1, MANY)),
        connection -> {
          ready(connection, true);
          exchange(connection, 1, "open");
          connection.cut();
        },
        lostBefore(79, "message 79"));
  }

  @Test
  void idOfAVeryWideWindowIsFreeAtOnce() throws Exception {
    int step = 1_024;
    int last = MANY + (1 << 15) + step - 1;
    stores(
        last + 1,
        first(
            connection -> {
              exchange(connection, 1, MANY);
              for (int from = MANY; from < last; from += step) {
                for (int id = from; id < from + step; id++) {
                  connection.send(publish("message " + id, id, false));
                }
                for (int id = from; id < from + step; id++) {
                  connection.expectAcknowledgement(PUBREC, id);
                }
              }
              connection.send(Packets.pubrel(MANY));
              connection.expectAcknowledgement(PUBCOMP, MANY);
            }),
        lostBefore(MANY, "message 80"));
  }

  private static Script first(Script exchanges) {
    return connection -> {
      ready(connection, false);
      exchanges.play(connection);
      connection.cut();
    };
  }

  /** A new message with an id that was released; its first delivery was lost. */
  private static Script lostBefore(int id, String payload) {
    return connection -> {
      ready(connection, true);
      connection.send(publish(payload, id, true));
      connection.expectAcknowledgement(PUBREC, id);
    };
  }

  private void stores(int count, Script... scripts) throws Exception {
    try (ScriptedBroker broker = ScriptedBroker.inOrder(scripts);
        Member member = member(broker).start().awaitStored(count)) {
      assertThat(member.payloads()).hasSize(count);
    }
  }
}
