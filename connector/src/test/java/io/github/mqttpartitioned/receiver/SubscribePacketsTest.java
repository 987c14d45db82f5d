// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.receiver;

import static io.github.mqttpartitioned.receiver.ReceiverTest.publish;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.receiver.PartitionStatus.State;
import io.github.mqttpartitioned.testkit.MqttProperties;
import io.github.mqttpartitioned.testkit.MqttProperties.Property;
import io.github.mqttpartitioned.testkit.Packet;
import io.github.mqttpartitioned.testkit.Packet.Subscribe;
import io.github.mqttpartitioned.testkit.Packet.Subscription;
import io.github.mqttpartitioned.testkit.Packet.Unsubscribe;
import io.github.mqttpartitioned.testkit.PacketType;
import io.github.mqttpartitioned.testkit.Packets;
import io.github.mqttpartitioned.testkit.ScriptedBroker;
import io.github.mqttpartitioned.testkit.ScriptedConnection;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** How many topic filters go into one SUBSCRIBE or UNSUBSCRIBE. */
class SubscribePacketsTest {

  /** What a broker does about a packet with too many filters. */
  enum Objection {
    CLOSES,
    DISCONNECTS,
    ANSWERS_QUOTA_EXCEEDED
  }

  @TempDir Path folder;

  private final List<String> subscribed = Collections.synchronizedList(new ArrayList<>());
  private final List<String> unsubscribed = Collections.synchronizedList(new ArrayList<>());

  @ParameterizedTest
  @EnumSource(Objection.class)
  void sizeThatABrokerTakesIsLearned(Objection objection) throws Exception {
    try (ScriptedBroker broker =
            ScriptedBroker.start(connection -> play(connection, 20, 19, 8, objection));
        Member member = member(broker, 20, 19).start().awaitStored(1)) {
      assertThat(member.payloads()).containsExactly("subscribed");
      assertThat(subscribed).containsExactlyElementsOf(filters(20));
      assertThat(unsubscribed).containsExactlyElementsOf(formerFilters(19));
      assertThat(broker.connections()).isEqualTo(2);
    }
  }

  @Test
  void oneFilterInEachPacketIsTheLastResort() throws Exception {
    try (ScriptedBroker broker =
            ScriptedBroker.start(connection -> play(connection, 20, 0, 3, Objection.CLOSES));
        Member member = member(broker, 20, 0).start().awaitStored(1)) {
      assertThat(member.payloads()).containsExactly("subscribed");
      assertThat(subscribed).containsExactlyElementsOf(filters(20));
      assertThat(broker.connections()).isEqualTo(3);
    }
  }

  /** A broker that has no such limit gets as few packets as possible. */
  @Test
  void allFiltersGoIntoOnePacketAtFirst() throws Exception {
    try (ScriptedBroker broker =
            ScriptedBroker.start(connection -> play(connection, 2000, 0, 2000, Objection.CLOSES));
        Member member = member(broker, 2000, 0).start().awaitStored(1)) {
      assertThat(member.payloads()).containsExactly("subscribed");
      assertThat(broker.connections()).isEqualTo(1);
      assertThat(subscribed).hasSize(2000);
    }
  }

  @Test
  void thousandsOfFiltersWorkInSmallPackets() throws Exception {
    try (ScriptedBroker broker =
            ScriptedBroker.start(connection -> play(connection, 5000, 0, 8, Objection.CLOSES));
        Member member = member(broker, 5000, 0).start().awaitStored(1)) {
      assertThat(member.payloads()).containsExactly("subscribed");
      assertThat(subscribed).containsExactlyElementsOf(filters(5000));
    }
  }

  /** It ends the connection while most packets are still being written. */
  @Test
  void brokerThatTakesFewerThanTheSmallPacketHoldsIsLearnedWithThousandsOfFilters()
      throws Exception {
    try (ScriptedBroker broker =
            ScriptedBroker.start(connection -> play(connection, 5000, 0, 3, Objection.CLOSES));
        Member member = member(broker, 5000, 0).start().awaitStored(1)) {
      assertThat(member.payloads()).containsExactly("subscribed");
      assertThat(subscribed).containsExactlyElementsOf(filters(5000));
      assertThat(broker.connections()).isEqualTo(3);
    }
  }

  @ParameterizedTest
  @CsvSource({"45, 1", "60, 2", "100, 4", "1000, 20"})
  void packetsKeepToTheMaximumPacketSizeOfTheBroker(int maximum, int mostFilters) throws Exception {
    List<Integer> sizes = Collections.synchronizedList(new ArrayList<>());
    try (ScriptedBroker broker =
            ScriptedBroker.start(
                connection -> {
                  connection.accept(
                      false, MqttProperties.NONE.with(Property.MAXIMUM_PACKET_SIZE, maximum));
                  for (int left = 20; left > 0; ) {
                    Packet packet = connection.expect(PacketType.SUBSCRIBE);
                    assertThat(packet.body().length + 5).isLessThanOrEqualTo(maximum);
                    grant(connection, packet.subscribe());
                    sizes.add(packet.subscribe().subscriptions().size());
                    left -= packet.subscribe().subscriptions().size();
                  }
                  connection.send(publish("subscribed", 1, 1));
                });
        Member member = member(broker, 20, 0).start().awaitStored(1)) {
      assertThat(member.payloads()).containsExactly("subscribed");
      assertThat(sizes).allMatch(size -> size <= mostFilters);
    }
  }

  @Test
  void filterThatNoPacketCanHoldIsAClearError() throws Exception {
    try (ScriptedBroker broker =
            ScriptedBroker.start(
                connection -> {
                  connection.accept(
                      false, MqttProperties.NONE.with(Property.MAXIMUM_PACKET_SIZE, 20));
                  connection.expectClosed();
                });
        Member member = member(broker, 1, 0).start().await(State.FAILED)) {
      assertThat(member.status().problem())
          .hasMessageContaining("the broker takes packets of at most 20 bytes")
          .hasMessageContaining("max_packet_size");
    }
  }

  private Member member(ScriptedBroker broker, int filters, int former) {
    return new Member(folder, broker.url())
        .topics(IntStream.range(0, filters).mapToObj(i -> "topic/" + i).toArray(String[]::new))
        .formerFilters(formerFilters(former).toArray(String[]::new));
  }

  private static List<String> filters(int count) {
    return IntStream.range(0, count).mapToObj(i -> "$share/group/topic/" + i).toList();
  }

  private static List<String> formerFilters(int count) {
    return IntStream.range(0, count).mapToObj(i -> "$share/group/former/" + i).toList();
  }

  /**
   * Takes packets with so many filters at most, then sends a message.
   *
   * @param filters of all SUBSCRIBE packets, and {@code former} of all UNSUBSCRIBE packets
   */
  private void play(
      ScriptedConnection connection, int filters, int former, int most, Objection objection) {
    connection.accept(connection.number() > 0, MqttProperties.NONE);
    List<String> given = new ArrayList<>();
    List<String> givenUp = new ArrayList<>();
    while (given.size() < filters || givenUp.size() < former) {
      Packet packet = connection.readPacket();
      if (packet.type() == PacketType.SUBSCRIBE) {
        Subscribe subscribe = packet.subscribe();
        if (subscribe.subscriptions().size() > most) {
          object(connection, subscribe, objection);
          return;
        }
        grant(connection, subscribe);
        subscribe.subscriptions().forEach(each -> given.add(each.filter()));
      } else {
        Unsubscribe unsubscribe = packet.unsubscribe();
        assertThat(unsubscribe.filters()).hasSizeLessThanOrEqualTo(most);
        connection.send(
            Packets.unsuback(unsubscribe.packetId(), new int[unsubscribe.filters().size()]));
        givenUp.addAll(unsubscribe.filters());
      }
    }
    subscribed.addAll(given);
    unsubscribed.addAll(givenUp);
    connection.send(publish("subscribed", 1, 1));
  }

  private static void grant(ScriptedConnection connection, Subscribe subscribe) {
    int[] codes = subscribe.subscriptions().stream().mapToInt(Subscription::qos).toArray();
    connection.send(Packets.suback(subscribe.packetId(), MqttProperties.NONE, codes));
  }

  private static void object(
      ScriptedConnection connection, Subscribe subscribe, Objection objection) {
    switch (objection) {
      case CLOSES -> connection.cut();
      case DISCONNECTS -> {
        connection.send(Packets.disconnect(0x97, MqttProperties.NONE));
        connection.cut();
      }
      case ANSWERS_QUOTA_EXCEEDED -> {
        int[] codes = new int[subscribe.subscriptions().size()];
        Arrays.fill(codes, 0, 8, 1);
        Arrays.fill(codes, 8, codes.length, 0x97);
        connection.send(Packets.suback(subscribe.packetId(), MqttProperties.NONE, codes));
      }
    }
  }
}
