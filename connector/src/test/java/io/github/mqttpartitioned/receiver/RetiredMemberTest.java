// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.receiver;

import static io.github.mqttpartitioned.receiver.ReceiverTest.publish;
import static io.github.mqttpartitioned.testkit.PacketType.UNSUBSCRIBE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.option.settings.AckMode;
import io.github.mqttpartitioned.receiver.PartitionStatus.State;
import io.github.mqttpartitioned.testkit.Await;
import io.github.mqttpartitioned.testkit.Feature;
import io.github.mqttpartitioned.testkit.MqttProperties;
import io.github.mqttpartitioned.testkit.Packet;
import io.github.mqttpartitioned.testkit.PacketType;
import io.github.mqttpartitioned.testkit.Packets;
import io.github.mqttpartitioned.testkit.Publisher;
import io.github.mqttpartitioned.testkit.ScriptedBroker;
import io.github.mqttpartitioned.testkit.ScriptedConnection;
import io.github.mqttpartitioned.testkit.Soak;
import io.github.mqttpartitioned.testkit.TestBroker;
import io.github.mqttpartitioned.testkit.TestBrokers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Subscriptions that are given up, and sessions that are emptied and ended. */
class RetiredMemberTest {

  private static final byte[] SESSION_EXPIRY_0 = {0, 5, 0x11, 0, 0, 0, 0};

  @TempDir Path folder;

  /** What is {@code queued} comes before UNSUBACK. */
  private static Packet answerUnsubscribe(
      ScriptedConnection connection, int reason, byte[]... queued) {
    Packet packet = connection.expect(UNSUBSCRIBE);
    connection.send(queued);
    byte[] body = packet.body();
    connection.send(Packets.unsuback(((body[0] & 0xFF) << 8) | (body[1] & 0xFF), reason));
    return packet;
  }

  @Test
  void retiredMemberUnsubscribesTakesWhatIsLeftAndEndsItsSession() throws Exception {
    List<Packet> seen = Collections.synchronizedList(new ArrayList<>());
    try (ScriptedBroker broker =
            ScriptedBroker.start(
                connection -> {
                  connection.accept(true, MqttProperties.NONE);
                  seen.add(answerUnsubscribe(connection, 0, publish("queued", 1, 1)));
                  connection.expectAcknowledgement(PacketType.PUBACK, 1);
                  connection.send(publish("more", 1, 2));
                  connection.expectAcknowledgement(PacketType.PUBACK, 2);
                  seen.add(connection.expect(PacketType.DISCONNECT));
                });
        Member member =
            new Member(folder, broker.url()).retired(true).start().await(State.RETIRED)) {
      assertThat(member.payloads()).containsExactly("queued", "more");
      assertThat(new String(seen.get(0).body(), UTF_8)).contains("$share/group/test/#");
      Await.until("DISCONNECT at the broker", Member.DEADLINE, () -> seen.size() == 2);
      assertThat(seen.get(1).body()).isEqualTo(SESSION_EXPIRY_0);
      member.receiver().progress(Progress.ofTrim(2));
      Await.until("a trim", Member.DEADLINE, () -> member.store().extent().earliest() == 2);
      assertThat(broker.connections()).isEqualTo(1);
    }
  }

  @Test
  void messageThatArrivesSlowlyKeepsTheSessionOpen() throws Exception {
    byte[] message = publish("slow", 1, 1);
    byte[] begin = Arrays.copyOf(message, message.length - 2);
    byte[] rest = Arrays.copyOfRange(message, message.length - 2, message.length);
    try (ScriptedBroker broker =
            ScriptedBroker.start(
                connection -> {
                  connection.accept(true, MqttProperties.NONE);
                  answerUnsubscribe(connection, 0);
                  connection.send(begin);
                  connection.expectSilence(Duration.ofSeconds(3));
                  connection.send(rest);
                  connection.expectAcknowledgement(PacketType.PUBACK, 1);
                });
        Member member =
            new Member(folder, broker.url()).retired(true).start().await(State.RETIRED)) {
      assertThat(member.payloads()).containsExactly("slow");
    }
  }

  @Test
  void retiredMemberWaitsForWhatIsNotProcessed() throws Exception {
    try (ScriptedBroker broker =
            ScriptedBroker.start(
                connection -> {
                  connection.accept(true, MqttProperties.NONE);
                  answerUnsubscribe(connection, 0);
                  connection.send(publish("one", 1, 1));
                  connection.expectAcknowledgement(PacketType.PUBACK, 1);
                  connection.send(publish("behind the window", 1, 1));
                  connection.expectAcknowledgement(PacketType.PUBACK, 1);
                });
        Member member =
            new Member(folder, broker.url())
                .retired(true)
                .ackMode(AckMode.PROCESSED)
                .start()
                .awaitStored(1)) {
      member.receiver().progress(Progress.ofProcessed(1));
      member.awaitStored(2);
      assertThat(member.status().state()).isEqualTo(State.CONNECTED);
      member.receiver().progress(Progress.ofProcessed(2));
      member.await(State.RETIRED);
    }
  }

  @Test
  void connectionLostWhileEmptyingIsMadeAnew() throws Exception {
    try (ScriptedBroker broker =
            ScriptedBroker.inOrder(
                connection -> {
                  connection.accept(true, MqttProperties.NONE);
                  answerUnsubscribe(connection, 0);
                  connection.cut();
                },
                connection -> {
                  connection.accept(true, MqttProperties.NONE);
                  answerUnsubscribe(connection, 0x11);
                  connection.send(publish("rest", 1, 1));
                });
        Member member =
            new Member(folder, broker.url()).retired(true).start().await(State.RETIRED)) {
      assertThat(member.payloads()).containsExactly("rest");
    }
  }

  @Test
  void formerFiltersAreGivenUpOnceTheNewOnesAreSubscribedTo() throws Exception {
    List<Packet> seen = Collections.synchronizedList(new ArrayList<>());
    try (ScriptedBroker broker =
            ScriptedBroker.start(
                connection -> {
                  connection.accept(true, MqttProperties.NONE);
                  connection.grant();
                  seen.add(answerUnsubscribe(connection, 0));
                });
        Member member =
            new Member(folder, broker.url()).formerFilters("$share/group/old/#").startConnected()) {
      assertThat(seen).hasSize(1);
      assertThat(new String(seen.get(0).body(), UTF_8)).contains("$share/group/old/#");
      assertThat(member.status().counts().connections()).isEqualTo(1);
    }
  }

  @Test
  void brokerThatKeepsAFormerFilterIsAnError() throws Exception {
    try (ScriptedBroker broker =
            ScriptedBroker.start(
                connection -> {
                  connection.accept(true, MqttProperties.NONE);
                  connection.grant();
                  answerUnsubscribe(connection, 0x87);
                });
        Member member =
            new Member(folder, broker.url())
                .formerFilters("$share/group/old/#")
                .start()
                .await(State.FAILED)) {
      assertThat(member.status().problem())
          .hasMessageContaining("cannot unsubscribe from $share/group/old/#");
    }
  }

  @Test
  void nothingIsStrandedAtARealBroker() throws Exception {
    try (TestBroker broker = TestBrokers.start();
        Publisher publisher = Publisher.to(broker.url()).connect()) {
      Soak.require(broker.supports(Feature.QUEUE_PER_SESSION), "it keeps nothing for this member");
      Member member = new Member(folder, broker.url()).startConnected();
      member.stop();
      for (int i = 0; i < 1_000; i++) {
        publisher.publish("test/" + i, ("message " + i).getBytes(UTF_8), 1 + i % 2);
      }
      publisher.awaitAcknowledged(Member.DEADLINE);
      member.retired(true).qos(2).start().await(State.RETIRED);
      // At most the QoS that the member had subscribed with.
      assertThat(member.store().extent().next()).isEqualTo(1_000);
      member.stop();
      member.retired(false).start().await(State.CONNECTED);
      publisher.publish("test/new", "new".getBytes(UTF_8), 1);
      member.awaitStored(1_001);
      assertThat(member.payloads()).hasSize(1_001).endsWith("new");
      member.close();
    }
  }
}
