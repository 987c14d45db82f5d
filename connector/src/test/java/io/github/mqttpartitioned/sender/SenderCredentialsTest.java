// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.sender;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import io.github.mqttpartitioned.Credentials;
import io.github.mqttpartitioned.CredentialsProvider;
import io.github.mqttpartitioned.mqtt.credentials.CredentialSettings;
import io.github.mqttpartitioned.mqtt.network.Secret;
import io.github.mqttpartitioned.testkit.Await;
import io.github.mqttpartitioned.testkit.CapturedLog;
import io.github.mqttpartitioned.testkit.MqttProperties;
import io.github.mqttpartitioned.testkit.MqttProperties.Property;
import io.github.mqttpartitioned.testkit.Packet;
import io.github.mqttpartitioned.testkit.PacketType;
import io.github.mqttpartitioned.testkit.Packets;
import io.github.mqttpartitioned.testkit.ScramServer;
import io.github.mqttpartitioned.testkit.ScriptedBroker;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Senders prove who they are as members do. */
class SenderCredentialsTest extends SenderFixture {

  private static final String SCRAM = "SCRAM-SHA-256";

  @Test
  void scramProvesThePassword() throws Exception {
    try (ScriptedBroker broker =
        ScriptedBroker.start(
            connection -> {
              assertThat(new ScramServer(SCRAM, "me", "pencil", 4096).accept(connection).password())
                  .isEmpty();
              connection.expect(PacketType.DISCONNECT);
            })) {
      credentials = scram("pencil");
      assertThat(outbox(broker)).isNotNull();
      endSenders();
    }
  }

  @Test
  void brokerThatDoesNotProveThePasswordIsLeft() throws Exception {
    try (ScriptedBroker broker =
        ScriptedBroker.start(
            connection -> {
              connection.accept(false, MqttProperties.NONE);
              connection.expectClosed();
            })) {
      credentials = scram("pencil");
      assertThatThrownBy(() -> outbox(broker).awaitConfirmed())
          .hasMessageContaining("[MQTT_AUTHENTICATION_FAILED] ")
          .hasMessageContaining("the broker has not proved that it knows the password")
          .hasMessageNotContaining("pencil");
      endSenders();
    }
  }

  @Test
  void tokenIsRenewedBeforeItEnds() throws Exception {
    List<String> seen = new CopyOnWriteArrayList<>();
    try (ScriptedBroker broker =
        ScriptedBroker.start(
            connection -> {
              seen.add(text(connection.accept(false, MqttProperties.NONE).properties()));
              Packet.Auth auth = connection.expect(PacketType.AUTH).auth();
              assertThat(auth.reason()).isEqualTo(0x19);
              seen.add(text(auth.properties()));
              connection.send(Packets.auth(0, MqttProperties.NONE));
            })) {
      credentials =
          new CredentialSettings(null, null, null, null, ShortTokens.class.getName(), "CUSTOM-JWT");
      outbox(broker);
      Await.until("a renewal", DEADLINE, () -> seen.size() == 2);
      assertThat(seen).containsExactly("token 1", "token 2");
      endSenders();
    }
  }

  /** Gives tokens that end soon. */
  public static final class ShortTokens implements CredentialsProvider {
    private final AtomicInteger given = new AtomicInteger();

    @Override
    public Credentials credentials(Request request) {
      return Credentials.of(null, "token " + given.incrementAndGet())
          .endingAt(Instant.now().plusSeconds(3));
    }
  }

  @Test
  void tokenThatCannotBeRenewedIsAWarningWithItsCondition() throws Exception {
    List<String> seen = new CopyOnWriteArrayList<>();
    try (CapturedLog log = new CapturedLog();
        ScriptedBroker broker =
            ScriptedBroker.start(
                connection -> {
                  connection.accept(false, MqttProperties.NONE);
                  seen.add(text(connection.expect(PacketType.AUTH).auth().properties()));
                  connection.send(Packets.auth(0, MqttProperties.NONE));
                })) {
      credentials =
          new CredentialSettings(
              null, null, null, null, LockedForOnce.class.getName(), "CUSTOM-JWT");
      outbox(broker);
      Await.until("a renewal", DEADLINE, () -> !seen.isEmpty());
      assertThat(seen).containsExactly("token 3");
      assertThat(log.lines("has no new credentials"))
          .singleElement(STRING)
          .startsWith("WARN [MQTT_CREDENTIALS_UNAVAILABLE] ")
          .contains("the vault is locked");
      endSenders();
    }
  }

  /** Gives tokens that end soon, but fails at the second question. */
  public static final class LockedForOnce implements CredentialsProvider {
    private final AtomicInteger asked = new AtomicInteger();

    @Override
    public Credentials credentials(Request request) {
      int number = asked.incrementAndGet();
      if (number == 2) {
        throw new IllegalStateException("the vault is locked");
      }
      return Credentials.of(null, "token " + number).endingAt(Instant.now().plusSeconds(4));
    }
  }

  @Test
  void passwordFileThatIsNotThereIsNamed() throws Exception {
    try (ScriptedBroker broker = ScriptedBroker.start(connection -> {})) {
      credentials = new CredentialSettings("me", null, "/none/password", null, null, null);
      assertThatThrownBy(() -> outbox(broker).awaitConfirmed())
          .hasMessageContaining("[MQTT_CREDENTIALS_UNAVAILABLE] ")
          .hasMessageContaining("passwordFile=/none/password cannot be used on this host");
      endSenders();
      assertThat(broker.connections()).isZero();
    }
  }

  private static CredentialSettings scram(String password) {
    return new CredentialSettings("me", new Secret(password), null, null, null, SCRAM);
  }

  private static String text(MqttProperties properties) {
    return new String(properties.binary(Property.AUTHENTICATION_DATA).orElseThrow(), UTF_8);
  }
}
