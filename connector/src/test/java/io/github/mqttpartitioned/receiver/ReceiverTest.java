// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.receiver;

import static io.github.mqttpartitioned.testkit.PacketType.PUBACK;
import static io.github.mqttpartitioned.testkit.PacketType.PUBCOMP;
import static io.github.mqttpartitioned.testkit.PacketType.PUBREC;
import static io.github.mqttpartitioned.testkit.PacketType.SUBSCRIBE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.mqttpartitioned.receiver.PartitionStatus.State;
import io.github.mqttpartitioned.testkit.Await;
import io.github.mqttpartitioned.testkit.MqttProperties;
import io.github.mqttpartitioned.testkit.MqttProperties.Property;
import io.github.mqttpartitioned.testkit.Packet;
import io.github.mqttpartitioned.testkit.Packet.Connect;
import io.github.mqttpartitioned.testkit.PacketType;
import io.github.mqttpartitioned.testkit.Packets;
import io.github.mqttpartitioned.testkit.ScriptedBroker;
import io.github.mqttpartitioned.testkit.ScriptedConnection;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sessions, acknowledgements and their order, against a broker of which every packet is known. */
class ReceiverTest {

  @TempDir Path folder;

  @Test
  void connectsWithASessionThatLastsAndSubscribesToTheShare() throws Exception {
    List<Connect> connects = Collections.synchronizedList(new ArrayList<>());
    List<String> filters = Collections.synchronizedList(new ArrayList<>());
    try (ScriptedBroker broker =
            ScriptedBroker.start(
                connection -> {
                  connects.add(connection.accept(false, MqttProperties.NONE));
                  connection.grant().subscriptions().forEach(each -> filters.add(each.filter()));
                });
        Member member = new Member(folder, broker.url()).topics("a/+", "b/#").startConnected()) {
      assertThat(member.status().counts().connections()).isEqualTo(1);
    }
    Connect connect = connects.get(0);
    assertThat(connect.clientId()).isEqualTo("member-0");
    assertThat(connect.cleanStart()).isFalse();
    assertThat(connect.sessionExpirySeconds()).isEqualTo(86_400);
    assertThat(connect.receiveMaximum()).isEqualTo(65_535);
    assertThat(filters).containsExactly("$share/group/a/+", "$share/group/b/#");
  }

  @Test
  void acknowledgesQos1InOrderOfReceiptOnceStored() throws Exception {
    try (ScriptedBroker broker =
            ScriptedBroker.start(
                connection -> {
                  ready(connection, false);
                  connection.send(
                      publish("one", 1, 7), publish("two", 0, 0), publish("three", 1, 3));
                  connection.expectAcknowledgement(PUBACK, 7);
                  connection.expectAcknowledgement(PUBACK, 3);
                });
        Member member = new Member(folder, broker.url()).start().awaitStored(3)) {
      assertThat(member.payloads()).containsExactly("one", "two", "three");
      broker.awaitAcknowledged(2, Member.DEADLINE);
    }
  }

  @Test
  void aMessageWaitsForOthersAsLongAsTheLingerSays() throws Exception {
    Duration linger = Duration.ofMillis(700);
    AtomicLong sent = new AtomicLong();
    try (ScriptedBroker broker =
            ScriptedBroker.start(
                connection -> {
                  ready(connection, false);
                  // The member looks at once at what comes together with SUBACK.
                  connection.send(publish("one", 1, 7));
                  connection.expectAcknowledgement(PUBACK, 7);
                  sent.compareAndSet(0, System.nanoTime());
                  connection.send(publish("two", 1, 8));
                  connection.expectAcknowledgement(PUBACK, 8);
                });
        Member member = new Member(folder, broker.url()).linger(linger).start().awaitStored(2)) {
      broker.awaitAcknowledged(2, Member.DEADLINE);
      assertThat(Duration.ofNanos(System.nanoTime() - sent.get())).isGreaterThanOrEqualTo(linger);
      assertThat(member.payloads()).containsExactly("one", "two");
    }
  }

  @Test
  void storesAQos2MessageOnceHoweverOftenItIsDelivered() throws Exception {
    try (ScriptedBroker broker =
            ScriptedBroker.inOrder(
                connection -> {
                  ready(connection, false);
                  connection.send(publish("one", 2, 1), publish("two", 2, 2));
                  connection.expectAcknowledgement(PUBREC, 1);
                  connection.expectAcknowledgement(PUBREC, 2);
                  connection.send(Packets.pubrel(1));
                  connection.expectAcknowledgement(PUBCOMP, 1);
                  connection.cut();
                },
                connection -> {
                  ready(connection, true);
                  // Id 2 again, as its PUBREL never went out; id 1 is free for a new message.
                  connection.send(again("two", 2, 2), publish("three", 2, 1));
                  connection.expectAcknowledgement(PUBREC, 2);
                  connection.expectAcknowledgement(PUBREC, 1);
                  connection.send(Packets.pubrel(2), Packets.pubrel(1), Packets.pubrel(99));
                  connection.expectAcknowledgement(PUBCOMP, 2);
                  connection.expectAcknowledgement(PUBCOMP, 1);
                  connection.expectAcknowledgement(PUBCOMP, 99);
                });
        Member member = new Member(folder, broker.url()).qos(2).start().awaitStored(3)) {
      broker.awaitAcknowledged(8, Member.DEADLINE);
      assertThat(member.payloads()).containsExactly("one", "two", "three");
      assertThat(member.status().counts().duplicates()).isEqualTo(1);
    }
  }

  @Test
  void knowsTheQos2IdsInFlightAfterItsOwnRestart() throws Exception {
    try (ScriptedBroker broker =
        ScriptedBroker.inOrder(
            connection -> {
              ready(connection, false);
              connection.send(publish("one", 2, 1));
              connection.expectAcknowledgement(PUBREC, 1);
            },
            connection -> {
              ready(connection, true);
              connection.send(again("one", 2, 1), publish("two", 2, 2));
              connection.expectAcknowledgement(PUBREC, 1);
              connection.expectAcknowledgement(PUBREC, 2);
            })) {
      Member member = new Member(folder, broker.url()).qos(2).start().awaitStored(1);
      broker.awaitAcknowledged(1, Member.DEADLINE);
      member.stop();
      member.start().awaitStored(2);
      broker.awaitAcknowledged(3, Member.DEADLINE);
      assertThat(member.payloads()).containsExactly("one", "two");
      member.close();
    }
  }

  @Test
  void forgetsTheQos2IdsInFlightWhenTheBrokerHasForgottenTheSession() throws Exception {
    try (ScriptedBroker broker =
        ScriptedBroker.inOrder(
            connection -> {
              ready(connection, false);
              connection.send(publish("same", 2, 1));
              connection.expectAcknowledgement(PUBREC, 1);
              connection.cut();
            },
            connection -> {
              // The same id, topic and payload, but a session anew: another message.
              ready(connection, false);
              connection.send(publish("same", 2, 1));
              connection.expectAcknowledgement(PUBREC, 1);
            })) {
      try (Member member = new Member(folder, broker.url()).qos(2).start().awaitStored(2)) {
        assertThat(member.payloads()).containsExactly("same", "same");
      }
    }
  }

  /** The CONNACK that says so does not arrive, and the next one finds the new session. */
  @Test
  void storesTheFirstMessageOfASessionThatItWasNotToldOf() throws Exception {
    try (ScriptedBroker broker =
        ScriptedBroker.inOrder(
            connection -> {
              ready(connection, false);
              connection.send(publish("same", 2, 1));
              connection.expectAcknowledgement(PUBREC, 1);
              connection.cut();
            },
            connection -> {
              connection.expect(PacketType.CONNECT);
              connection.cut();
            },
            connection -> {
              // Not marked as a redelivery, and ids start at 1 in a new session.
              ready(connection, true);
              connection.send(publish("same", 2, 1));
              connection.expectAcknowledgement(PUBREC, 1);
              connection.send(Packets.pubrel(1));
              connection.expectAcknowledgement(PUBCOMP, 1);
            })) {
      try (Member member = new Member(folder, broker.url()).qos(2).start().awaitStored(1)) {
        broker.awaitAcknowledged(3, Member.DEADLINE);
        assertThat(member.payloads()).containsExactly("same", "same");
        assertThat(member.status().counts().duplicates()).isZero();
      }
    }
  }

  @Test
  void takesAnotherMessageUnderAnIdInFlightForANewOne() throws Exception {
    try (ScriptedBroker broker =
        ScriptedBroker.start(
            connection -> {
              ready(connection, false);
              connection.send(publish("one", 2, 1), publish("two", 2, 1));
              connection.expectAcknowledgement(PUBREC, 1);
              connection.expectAcknowledgement(PUBREC, 1);
            })) {
      try (Member member = new Member(folder, broker.url()).qos(2).start().awaitStored(2)) {
        assertThat(member.payloads()).containsExactly("one", "two");
      }
    }
  }

  @Test
  void keepsMessagesThatCameBeforeTheirConnectionWasCut() throws Exception {
    try (ScriptedBroker broker =
        ScriptedBroker.inOrder(
            connection -> {
              ready(connection, false);
              connection.send(publish("one", 1, 1));
              connection.cut();
            },
            connection -> ready(connection, true))) {
      try (Member member = new Member(folder, broker.url()).start().awaitStored(1)) {
        broker.awaitConnection(1, Member.DEADLINE);
        member.await(State.CONNECTED);
        assertThat(member.payloads()).containsExactly("one");
      }
    }
  }

  @Test
  void isReadyForMessagesThatComeBeforeTheSubscriptionIsAnswered() throws Exception {
    try (ScriptedBroker broker =
        ScriptedBroker.start(
            connection -> {
              connection.accept(true, MqttProperties.NONE);
              connection.send(publish("early", 1, 5));
              // In either order: SUBSCRIBE comes from another thread than the acknowledgements.
              List<Packet> answers = List.of(connection.readPacket(), connection.readPacket());
              assertThat(answers)
                  .extracting(Packet::type)
                  .containsExactlyInAnyOrder(SUBSCRIBE, PUBACK);
            })) {
      try (Member member = new Member(folder, broker.url()).start().awaitStored(1)) {
        broker.awaitAcknowledged(1, Member.DEADLINE);
        assertThat(member.payloads()).containsExactly("early");
      }
    }
  }

  @Test
  void stopsForGoodWhenItsSessionIsTakenOver() throws Exception {
    try (ScriptedBroker broker =
            ScriptedBroker.start(
                connection -> {
                  ready(connection, false);
                  connection.send(Packets.disconnect(0x8E, MqttProperties.NONE));
                });
        Member member = new Member(folder, broker.url()).start().await(State.FAILED)) {
      assertThat(member.status().problem())
          .hasMessageContaining("Member member-0 of partition 0 at " + broker.url())
          .hasMessageContaining("taken over by another client with the same client id (0x8E)");
      assertThat(broker.connections()).isEqualTo(1);
    }
  }

  /** The lease check of a partition that another node may have held. */
  private static final LeaseCheck AFTER_ANOTHER =
      new LeaseCheck() {
        @Override
        public void require() {}

        @Override
        public boolean mayOverlap() {
          return true;
        }

        @Override
        public void changed() {}
      };

  @Test
  void takesItsSessionBackFromAnEarlierHost() throws Exception {
    try (ScriptedBroker broker =
            ScriptedBroker.start(
                connection -> {
                  ready(connection, connection.number() > 0);
                  if (connection.number() == 0) {
                    connection.send(Packets.disconnect(0x8E, MqttProperties.NONE));
                  }
                });
        Member member = new Member(folder, broker.url()).leaseCheck(AFTER_ANOTHER).start()) {
      broker.awaitConnection(1, Member.DEADLINE);
      member.await(State.CONNECTED);
    }
  }

  @Test
  void doesNotFightForItsSessionWithAClientThatTakesItAgain() throws Exception {
    try (ScriptedBroker broker =
            ScriptedBroker.start(
                connection -> {
                  ready(connection, connection.number() > 0);
                  connection.send(Packets.disconnect(0x8E, MqttProperties.NONE));
                });
        Member member = new Member(folder, broker.url()).leaseCheck(AFTER_ANOTHER).start()) {
      member.await(State.FAILED);
      assertThat(member.status().problem()).hasMessageContaining("(0x8E)");
      assertThat(broker.connections()).isEqualTo(2);
    }
  }

  @Test
  void connectsAgainWithSameClientIdAfterEachLossAndSubscribesEachTime() throws Exception {
    int losses = 5;
    try (ScriptedBroker broker =
            ScriptedBroker.start(
                connection -> {
                  ready(connection, connection.number() > 0);
                  if (connection.number() < losses) {
                    connection.reset();
                  }
                });
        Member member = new Member(folder, broker.url()).start()) {
      broker.awaitConnection(losses, Duration.ofSeconds(60));
      member.await(State.CONNECTED);
    }
  }

  @Test
  void findsOutThatAHalfOpenConnectionIsDead() throws Exception {
    // The first connection takes PINGREQ in and answers it, so its end is made by silence below.
    try (ScriptedBroker broker =
            ScriptedBroker.start(connection -> ready(connection, connection.number() > 0));
        SilentProxy proxy = new SilentProxy(broker.url());
        Member member =
            new Member(folder, proxy.url()).keepAlive(Duration.ofSeconds(1)).startConnected()) {
      proxy.silence();
      Await.until(
          "a second connection",
          Duration.ofSeconds(30),
          () -> member.status().counts().connections() == 2);
    }
  }

  @Test
  void saysGoodbyeWhenItIsStopped() throws Exception {
    List<PacketType> last = Collections.synchronizedList(new ArrayList<>());
    try (ScriptedBroker broker =
        ScriptedBroker.start(
            connection -> {
              ready(connection, false);
              last.add(connection.readPacket(Duration.ofSeconds(30)).type());
            })) {
      new Member(folder, broker.url()).startConnected().stop();
      Await.until("DISCONNECT", Member.DEADLINE, () -> !last.isEmpty());
    }
    assertThat(last).containsExactly(PacketType.DISCONNECT);
  }

  static void ready(ScriptedConnection connection, boolean sessionPresent) {
    connection.accept(sessionPresent, MqttProperties.NONE.with(Property.RECEIVE_MAXIMUM, 100));
    connection.grant();
  }

  static byte[] publish(String payload, int qos, int packetId) {
    return Packets.publish("test/t", payload.getBytes(UTF_8), qos, packetId);
  }

  /** The message marked as a redelivery. */
  static byte[] again(String payload, int qos, int packetId) {
    return Packets.publish(
        "test/t", payload.getBytes(UTF_8), qos, packetId, true, false, MqttProperties.NONE);
  }

  @Test
  void nothingLingersForOthersWhileSomebodyWaits() throws Exception {
    try (ScriptedBroker broker =
            ScriptedBroker.start(
                connection -> {
                  ready(connection, false);
                  for (int id = 1; id <= 3; id++) {
                    connection.send(publish("m", 1, id));
                    connection.expectAcknowledgement(PUBACK, id);
                  }
                });
        Member member =
            new Member(folder, broker.url()).linger(Duration.ofHours(1)).startConnected()) {
      // A wait that begins when the message has arrived is noticed, too.
      for (long offset = 0; offset < 3; offset++) {
        assertThat(member.awaitBeyond(offset)).isGreaterThan(offset);
      }
    }
  }

  @Test
  void memberThatFailsForGoodTellsWhoeverWaitsForItsMessages() throws Exception {
    try (ScriptedBroker broker = ScriptedBroker.refusing(0x87, MqttProperties.NONE);
        Member member = new Member(folder, broker.url()).start()) {
      assertThatThrownBy(() -> member.awaitBeyond(0)).hasMessageContaining("not authorized (0x87)");
      assertThat(member.status().state()).isEqualTo(State.FAILED);
    }
  }
}
