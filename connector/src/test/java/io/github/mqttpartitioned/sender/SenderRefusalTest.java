// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.sender;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.mqttpartitioned.Credentials;
import io.github.mqttpartitioned.CredentialsProvider;
import io.github.mqttpartitioned.mqtt.credentials.CredentialSettings;
import io.github.mqttpartitioned.testkit.MqttProperties;
import io.github.mqttpartitioned.testkit.Packet.Publish;
import io.github.mqttpartitioned.testkit.PacketType;
import io.github.mqttpartitioned.testkit.Packets;
import io.github.mqttpartitioned.testkit.ScriptedBroker;
import io.github.mqttpartitioned.testkit.ScriptedBroker.Script;
import io.github.mqttpartitioned.testkit.ScriptedConnection;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which refusals a sender waits out, for how long, and how often it connects meanwhile. */
class SenderRefusalTest extends SenderFixture {

  @ParameterizedTest(name = "0x{0}")
  @ValueSource(strings = {"86", "87", "8A", "8C"})
  void refusalAfterAGoodSessionIsWaitedOutWithNewCredentials(String code) throws Exception {
    Script refusal = connection -> refuse(connection, Integer.parseInt(code, 16));
    credentials =
        new CredentialSettings(null, null, null, null, NewTokens.class.getName(), "CUSTOM-JWT");
    int before = NewTokens.GIVEN.get();
    try (ScriptedBroker broker =
        ScriptedBroker.inOrder(
            newSession(
                connection -> {
                  publish(connection);
                  connection.cut();
                }),
            refusal,
            refusal,
            sameSession(
                connection -> {
                  Publish again = publish(connection);
                  assertThat(again.duplicate()).isTrue();
                  confirm(connection, again);
                }))) {
      outbox(broker, 1, 1).awaitConfirmed();
      assertThat(NewTokens.GIVEN.get() - before).isEqualTo(4);
    }
  }

  /** Gives another token for each connection. */
  public static final class NewTokens implements CredentialsProvider {
    static final AtomicInteger GIVEN = new AtomicInteger();

    @Override
    public Credentials credentials(Request request) {
      return Credentials.of(null, "token " + GIVEN.incrementAndGet());
    }
  }

  @Test
  void refusalThatStaysFailsTheTaskAfterConnectTimeout() throws Exception {
    connectTimeout = Duration.ofSeconds(1);
    try (ScriptedBroker broker =
        ScriptedBroker.start(
            connection -> {
              if (connection.number() > 0) {
                refuse(connection, 0x86);
              } else {
                connection.accept(false, MqttProperties.NONE);
                publish(connection);
                connection.cut();
              }
            })) {
      Outbox outbox = outbox(broker, 1, 1);
      assertThatThrownBy(outbox::awaitConfirmed)
          .hasMessageContaining("[MQTT_CONNECTION_REFUSED]")
          .hasMessageContaining("bad user name or password (0x86)");
      assertThat(broker.connections()).isGreaterThanOrEqualTo(2);
    }
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "1, unsupported protocol version (0x84). The broker must speak MQTT 5.",
    "2, client identifier not valid (0x85)",
    "4, bad user name or password (0x86)",
    "5, not authorized (0x87)",
  })
  void returnCodeOfMqtt311IsTranslated(int code, String meaning) {
    try (ScriptedBroker broker = ScriptedBroker.refusing(code, MqttProperties.NONE)) {
      assertThatThrownBy(() -> outbox(broker).awaitConfirmed())
          .hasMessageContaining("cannot connect: the broker said " + meaning);
    }
  }

  /** EMQX bans a client that connects 15 times in a minute. */
  @Test
  void brokerThatCutsEachConnectionSeesFewOfThem() throws Exception {
    try (ScriptedBroker broker =
        ScriptedBroker.start(
            connection -> {
              connection.accept(connection.number() > 0, MqttProperties.NONE);
              connection.cut();
            })) {
      long began = System.nanoTime();
      outbox(broker);
      broker.awaitConnection(5, DEADLINE);
      // Half of each limit: 100, 200, 400, 800, 1600 ms.
      assertThat(Duration.ofNanos(System.nanoTime() - began))
          .isGreaterThan(Duration.ofMillis(1_550));
    }
  }

  private static void refuse(ScriptedConnection connection, int code) {
    connection.expect(PacketType.CONNECT);
    connection.send(Packets.connack(false, code, MqttProperties.NONE));
  }
}
