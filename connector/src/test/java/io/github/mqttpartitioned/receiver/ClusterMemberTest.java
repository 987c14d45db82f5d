// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.receiver;

import static io.github.mqttpartitioned.receiver.ReceiverTest.publish;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.receiver.PartitionStatus.State;
import io.github.mqttpartitioned.testkit.MqttProperties;
import io.github.mqttpartitioned.testkit.MqttProperties.Property;
import io.github.mqttpartitioned.testkit.PacketType;
import io.github.mqttpartitioned.testkit.Packets;
import io.github.mqttpartitioned.testkit.Ports;
import io.github.mqttpartitioned.testkit.ScriptedBroker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A member of a cluster connects to any URL that answers. */
class ClusterMemberTest {

  @TempDir Path folder;

  @Test
  void urlThatRefusesIsPassedOverAtTheStart() throws Exception {
    try (ScriptedBroker busy = ScriptedBroker.refusing(0x88, MqttProperties.NONE);
        ScriptedBroker broker =
            ScriptedBroker.start(
                connection -> {
                  ReceiverTest.ready(connection, false);
                  connection.send(publish("here", 1, 1));
                });
        Member member =
            new Member(folder, busy.url())
                .cluster(
                    "tcp://127.0.0.1:" + Ports.free(),
                    busy.url(),
                    "tcp://no_such_host:1",
                    broker.url())
                .start()
                .awaitStored(1)) {
      assertThat(member.payloads()).containsExactly("here");
      assertThat(busy.connections()).isEqualTo(1);
    }
  }

  @Test
  void urlThatIsSilentDoesNotEndTheStart() throws Exception {
    try (ScriptedBroker silent = ScriptedBroker.start(connection -> {});
        ScriptedBroker broker =
            ScriptedBroker.start(connection -> ReceiverTest.ready(connection, false));
        Member member =
            new Member(folder, silent.url())
                .cluster(silent.url(), broker.url())
                .connectTimeout(Duration.ofSeconds(1))
                .startConnected()) {
      assertThat(member.status().state()).isEqualTo(State.CONNECTED);
    }
  }

  @Test
  void connectionThatIsLostIsMadeAgainAtTheNextUrl() throws Exception {
    try (ScriptedBroker first =
            ScriptedBroker.start(
                connection -> {
                  ReceiverTest.ready(connection, false);
                  connection.cut();
                });
        ScriptedBroker second =
            ScriptedBroker.start(
                connection -> {
                  ReceiverTest.ready(connection, false);
                  connection.send(publish("there", 1, 1));
                });
        Member member =
            new Member(folder, first.url())
                .cluster(first.url(), second.url())
                .start()
                .awaitStored(1)) {
      assertThat(member.payloads()).containsExactly("there");
      assertThat(first.connections()).isEqualTo(1);
    }
  }

  /** Says where another server is, in CONNACK. */
  private static ScriptedBroker sendingTo(int reason, String reference) {
    return ScriptedBroker.refusing(reason, elsewhere(reference));
  }

  private static ScriptedBroker delivering(String payload) {
    return ScriptedBroker.start(
        connection -> {
          ReceiverTest.ready(connection, false);
          connection.send(publish(payload, 1, 1));
        });
  }

  private static MqttProperties elsewhere(String reference) {
    return MqttProperties.NONE.with(Property.SERVER_REFERENCE, reference);
  }

  private static String authority(String url) {
    return url.substring("tcp://".length());
  }

  @ParameterizedTest
  @ValueSource(ints = {0x9C, 0x9D})
  void serverThatConnackNamesIsTriedNext(int reason) throws Exception {
    try (ReceiverLog log = new ReceiverLog();
        ScriptedBroker other = delivering("there");
        ScriptedBroker next = delivering("not here");
        ScriptedBroker first =
            sendingTo(reason, "no\u0007host tcp:// " + authority(other.url()) + " node9");
        Member member =
            new Member(folder, first.url())
                .cluster(first.url(), next.url())
                .start()
                .awaitStored(1)) {
      assertThat(member.payloads()).containsExactly("there");
      assertThat(next.connections()).isZero();
      assertThat(log.messages())
          .anyMatch(
              line -> line.contains("goes to " + other.url() + ", where its broker sends it"));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0x9C, 0x9D})
  void serverThatDisconnectNamesIsTriedNextAndThenTheNextUrl(int reason) throws Exception {
    try (ScriptedBroker other =
            ScriptedBroker.start(
                connection -> {
                  ReceiverTest.ready(connection, true);
                  connection.send(publish("there", 1, 1));
                  connection.expectAcknowledgement(PacketType.PUBACK, 1);
                  connection.cut();
                });
        ScriptedBroker first =
            ScriptedBroker.start(
                connection -> {
                  ReceiverTest.ready(connection, false);
                  connection.send(Packets.disconnect(reason, elsewhere(other.url())));
                });
        ScriptedBroker second = delivering("and back");
        Member member =
            new Member(folder, first.url())
                .cluster(first.url(), second.url())
                .start()
                .awaitStored(2)) {
      assertThat(member.payloads()).containsExactly("there", "and back");
      assertThat(first.connections()).isEqualTo(1);
    }
  }

  /** EMQX bans a client with more than 15 connections in a minute. */
  @Test
  void clusterWhoseConnectionsAreShortGetsFewOfThem() throws Exception {
    long begin = System.nanoTime();
    try (ScriptedBroker first = cuttingThreeTimes();
        ScriptedBroker second = cuttingThreeTimes();
        Member member =
            new Member(folder, first.url())
                .cluster(first.url(), second.url())
                .start()
                .awaitStored(1)) {
      // The waits before are at least 50, 100, 200, 400, 800 and 1,600 ms.
      assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThan(Duration.ofSeconds(3));
      assertThat(member.payloads()).containsExactly("at last");
      assertThat(second.connections()).isEqualTo(3);
    }
  }

  private static ScriptedBroker cuttingThreeTimes() {
    return ScriptedBroker.start(
        connection -> {
          ReceiverTest.ready(connection, false);
          if (connection.number() < 3) {
            connection.cut();
          } else {
            connection.send(publish("at last", 1, 1));
          }
        });
  }

  /** It sends the member to itself again and again. */
  @Test
  void serversThatSendTheMemberInACircleAreLeft() throws Exception {
    AtomicReference<String> self = new AtomicReference<>("");
    try (ScriptedBroker last = delivering("in the end");
        ScriptedBroker circle =
            ScriptedBroker.start(
                connection -> {
                  connection.expect(PacketType.CONNECT);
                  connection.send(Packets.connack(false, 0x9C, elsewhere(self.get())));
                })) {
      self.set(authority(circle.url()));
      try (Member member =
          new Member(folder, circle.url())
              .cluster(circle.url(), last.url())
              .start()
              .awaitStored(1)) {
        assertThat(member.payloads()).containsExactly("in the end");
        assertThat(circle.connections()).isEqualTo(5);
      }
    }
  }

  @Test
  void serverOfATransportThatIsNotConfiguredIsNotFollowed() throws Exception {
    try (ScriptedBroker other = delivering("there");
        ScriptedBroker next = delivering("here");
        ScriptedBroker first = sendingTo(0x9D, "ws://" + authority(other.url()) + "/mqtt");
        Member member =
            new Member(folder, first.url())
                .cluster(first.url(), next.url())
                .start()
                .awaitStored(1)) {
      assertThat(member.payloads()).containsExactly("here");
      assertThat(other.connections()).isZero();
    }
  }

  @Test
  void brokerOfItsOwnDoesNotSendItsMemberElsewhere() throws Exception {
    try (ScriptedBroker other = delivering("there");
        ScriptedBroker first =
            ScriptedBroker.inOrder(
                connection -> {
                  connection.expect(PacketType.CONNECT);
                  connection.send(Packets.connack(false, 0x9C, elsewhere(authority(other.url()))));
                },
                connection -> {
                  ReceiverTest.ready(connection, false);
                  connection.send(publish("here", 1, 1));
                });
        Member member = new Member(folder, first.url()).start().awaitStored(1)) {
      assertThat(member.payloads()).containsExactly("here");
      assertThat(other.connections()).isZero();
    }
  }
}
