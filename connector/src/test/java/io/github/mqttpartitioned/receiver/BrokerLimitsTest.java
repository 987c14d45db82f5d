// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.receiver;

import static io.github.mqttpartitioned.receiver.ReceiverTest.ready;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.receiver.PartitionStatus.State;
import io.github.mqttpartitioned.testkit.Await;
import io.github.mqttpartitioned.testkit.MqttProperties;
import io.github.mqttpartitioned.testkit.MqttProperties.Property;
import io.github.mqttpartitioned.testkit.PacketType;
import io.github.mqttpartitioned.testkit.Packets;
import io.github.mqttpartitioned.testkit.ScriptedBroker;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Brokers enforce many limits without a word. The error or warning names the one to look at. */
class BrokerLimitsTest {

  private static final Duration LIMIT = Duration.ofSeconds(30);

  @TempDir Path folder;

  @Test
  void connectionThatIsOneTooManyNamesTheLimitOfConnections() throws Exception {
    try (ScriptedBroker broker =
            ScriptedBroker.start(
                connection -> {
                  connection.expect(PacketType.CONNECT);
                  connection.cut();
                });
        Member member = atOnce(broker).start().await(State.FAILED)) {
      assertThat(member.status().problem())
          .hasMessageStartingWith("[MQTT_BROKER_UNREACHABLE] Member member-0")
          .hasMessageContaining("max_connections");
    }
  }

  @Test
  void connectionThatEndsUponSubscribeNamesTheLimitsOfPacketsAndSubscriptions() throws Exception {
    try (ScriptedBroker broker =
            ScriptedBroker.start(
                connection -> {
                  connection.accept(false, MqttProperties.NONE);
                  connection.expect(PacketType.SUBSCRIBE);
                  connection.cut();
                });
        Member member = atOnce(broker).start().await(State.FAILED)) {
      assertThat(member.status().problem())
          .hasMessageContaining("closed the connection upon SUBSCRIBE")
          .hasMessageContaining("max_packet_size");
    }
  }

  @Test
  void sessionThatTheBrokerShortensIsWarnedOf() throws Exception {
    try (ReceiverLog log = new ReceiverLog();
        ScriptedBroker broker =
            ScriptedBroker.start(
                connection -> {
                  connection.accept(
                      false, MqttProperties.NONE.with(Property.SESSION_EXPIRY_INTERVAL, 60));
                  int id = connection.expect(PacketType.SUBSCRIBE).subscribe().packetId();
                  connection.send(Packets.suback(id, MqttProperties.NONE, 1));
                });
        Member member = new Member(folder, broker.url()).startConnected()) {
      assertThat(member.status().state()).isEqualTo(State.CONNECTED);
      assertThat(log.messages())
          .anyMatch(
              line ->
                  line.contains("keeps the session of member-0 for only 60 s")
                      && line.contains("persistent_client_expiration"));
    }
  }

  @Test
  void sessionThatTheBrokerHasForgottenIsWarnedOf() throws Exception {
    try (ReceiverLog log = new ReceiverLog();
        ScriptedBroker broker =
            ScriptedBroker.inOrder(
                connection -> {
                  ready(connection, false);
                  connection.cut();
                },
                connection -> ready(connection, false));
        Member member = new Member(folder, broker.url()).start()) {
      Await.until(
          "the second connection", LIMIT, () -> member.status().counts().connections() == 2);
      assertThat(log.messages())
          .anyMatch(
              line ->
                  line.contains("has no session of member-0 any more")
                      && line.contains("persistence"));
    }
  }

  private Member atOnce(ScriptedBroker broker) {
    return new Member(folder, broker.url()).connectTimeout(Duration.ofMillis(500));
  }
}
