// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.receiver;

import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_CONNECTION_REFUSED;
import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_QOS_NOT_GRANTED;
import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_SHARED_SUBSCRIPTIONS_UNAVAILABLE;
import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_SUBSCRIPTION_REFUSED;
import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_WILDCARDS_UNAVAILABLE;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.error.ErrorCondition;
import io.github.mqttpartitioned.receiver.PartitionStatus.State;
import io.github.mqttpartitioned.testkit.MqttProperties;
import io.github.mqttpartitioned.testkit.MqttProperties.Property;
import io.github.mqttpartitioned.testkit.PacketType;
import io.github.mqttpartitioned.testkit.Packets;
import io.github.mqttpartitioned.testkit.ScriptedBroker;
import io.github.mqttpartitioned.testkit.ScriptedBroker.Script;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a broker refuses is reported in its own words, with member, broker and remedy. */
class PreflightTest {

  @TempDir Path folder;

  @Test
  void brokerWithoutSharedSubscriptions() throws Exception {
    refused(
        connection -> {
          connection.accept(
              false, MqttProperties.NONE.with(Property.SHARED_SUBSCRIPTION_AVAILABLE, 0));
          connection.grant();
        },
        MQTT_SHARED_SUBSCRIPTIONS_UNAVAILABLE,
        "cannot connect: the broker has no shared subscriptions ($share)");
  }

  @Test
  void brokerThatDisconnectsUponASharedSubscription() throws Exception {
    refused(
        connection -> {
          connection.accept(false, MqttProperties.NONE);
          connection.expect(PacketType.SUBSCRIBE);
          connection.send(Packets.disconnect(0x9E, MqttProperties.NONE));
        },
        MQTT_SHARED_SUBSCRIPTIONS_UNAVAILABLE,
        "the broker has no shared subscriptions ($share)");
  }

  @Test
  void brokerWithoutWildcards() throws Exception {
    refused(
        connection -> {
          connection.accept(
              false, MqttProperties.NONE.with(Property.WILDCARD_SUBSCRIPTION_AVAILABLE, 0));
          connection.grant();
        },
        MQTT_WILDCARDS_UNAVAILABLE,
        "the broker has no wildcard subscriptions, and topics holds test/#");
  }

  @Test
  void lowerQosThanAskedFor() throws Exception {
    refused(
        connection -> {
          connection.accept(false, MqttProperties.NONE);
          int id = connection.expect(PacketType.SUBSCRIBE).subscribe().packetId();
          connection.send(Packets.suback(id, MqttProperties.NONE, 0));
        },
        MQTT_QOS_NOT_GRANTED,
        "asked for qos=1 on $share/group/test/#, and the broker grants only 0");
  }

  @Test
  void subscriptionThatIsNotAuthorized() throws Exception {
    refused(
        connection -> {
          connection.accept(false, MqttProperties.NONE);
          int id = connection.expect(PacketType.SUBSCRIBE).subscribe().packetId();
          connection.send(
              Packets.suback(
                  id, MqttProperties.NONE.with(Property.REASON_STRING, "ask the admin"), 0x87));
        },
        MQTT_SUBSCRIPTION_REFUSED,
        """
        cannot subscribe to $share/group/test/#: the broker said not authorized (0x87): "ask the \
        admin". Check username, password""");
  }

  @Test
  void wrongPassword() throws Exception {
    refused(
        connection -> {
          connection.expect(PacketType.CONNECT);
          connection.send(Packets.connack(false, 0x86, MqttProperties.NONE));
        },
        MQTT_CONNECTION_REFUSED,
        """
        the broker said bad user name or password (0x86). Check the options username and \
        password.""");
  }

  @Test
  void brokerOfMqtt311Only() throws Exception {
    refused(
        connection -> {
          connection.expect(PacketType.CONNECT);
          connection.send(new byte[] {0x20, 2, 0, 1});
          connection.cut();
        },
        MQTT_CONNECTION_REFUSED,
        "unsupported protocol version (0x84). The broker must speak MQTT 5");
  }

  @Test
  void brokerThatIsNotThere() throws Exception {
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    String url = "tcp://127.0.0.1:" + port;
    try (Member member =
        new Member(folder, url).connectTimeout(Duration.ofSeconds(1)).start().await(State.FAILED)) {
      assertThat(member.status().problem())
          .hasMessageStartingWith(
              "[MQTT_BROKER_UNREACHABLE] Member member-0 of partition 0 at "
                  + url
                  + " cannot connect:")
          .hasMessageContaining("Connection refused")
          .hasMessageContaining("Check brokerUrl");
    }
  }

  @Test
  void brokerThatAcceptsAndSaysNothing() throws Exception {
    try (ScriptedBroker broker = ScriptedBroker.start(connection -> {});
        Member member =
            new Member(folder, broker.url())
                .connectTimeout(Duration.ofSeconds(1))
                .start()
                .await(State.FAILED)) {
      assertThat(member.status().problem())
          .hasMessageStartingWith("[MQTT_BROKER_SILENT] ")
          .hasMessageContaining("the broker did not answer CONNECT within connectTimeout=1000ms");
    }
  }

  @Test
  void brokerThatIsBusyIsTriedAgain() throws Exception {
    try (ScriptedBroker broker =
            ScriptedBroker.inOrder(
                connection -> {
                  connection.expect(PacketType.CONNECT);
                  connection.send(Packets.connack(false, 0x89, MqttProperties.NONE));
                },
                connection -> ReceiverTest.ready(connection, false));
        Member member = new Member(folder, broker.url()).startConnected()) {
      assertThat(member.status().counts().connections()).isEqualTo(1);
      assertThat(broker.connections()).isEqualTo(2);
    }
  }

  /** The partition has moved: the connection of its first host was the first of this run. */
  @Test
  void brokerThatStaysAwayIsTriedIndefinitelyIfAnEarlierHostWasConnected() throws Exception {
    long began = System.nanoTime();
    try (ScriptedBroker broker =
            ScriptedBroker.start(
                connection -> {
                  connection.expect(PacketType.CONNECT);
                  boolean away = System.nanoTime() - began < 3_000_000_000L;
                  connection.send(Packets.connack(false, away ? 0x88 : 0, MqttProperties.NONE));
                  if (!away) {
                    connection.grant();
                  }
                });
        Member member =
            new Member(folder, broker.url())
                .connectTimeout(Duration.ofSeconds(1))
                .connectedBefore(true)
                .startConnected()) {
      assertThat(member.status().counts().connections()).isEqualTo(1);
    }
  }

  private void refused(Script script, ErrorCondition condition, String expected) throws Exception {
    try (ScriptedBroker broker = ScriptedBroker.start(script);
        Member member = new Member(folder, broker.url()).start().await(State.FAILED)) {
      assertThat(member.status().problem())
          .hasMessageStartingWith(
              condition.message("Member member-0 of partition 0 at " + broker.url()))
          .hasMessageContaining(expected);
      assertThat(broker.connections()).isEqualTo(1);
    }
  }
}
