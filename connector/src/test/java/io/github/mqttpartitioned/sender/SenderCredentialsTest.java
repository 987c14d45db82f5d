// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.sender;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.mqttpartitioned.Credentials;
import io.github.mqttpartitioned.CredentialsProvider;
import io.github.mqttpartitioned.mqtt.BrokerUrl;
import io.github.mqttpartitioned.mqtt.Secret;
import io.github.mqttpartitioned.mqtt.TlsSettings;
import io.github.mqttpartitioned.mqtt.credentials.CredentialSettings;
import io.github.mqttpartitioned.option.SinkSettings;
import io.github.mqttpartitioned.testkit.Await;
import io.github.mqttpartitioned.testkit.MqttProperties;
import io.github.mqttpartitioned.testkit.MqttProperties.Property;
import io.github.mqttpartitioned.testkit.Packet;
import io.github.mqttpartitioned.testkit.PacketType;
import io.github.mqttpartitioned.testkit.Packets;
import io.github.mqttpartitioned.testkit.ScramServer;
import io.github.mqttpartitioned.testkit.ScriptedBroker;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Senders prove who they are as members do. */
@Timeout(120)
class SenderCredentialsTest {

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
      Sender sender = sender(broker, fixed("pencil", SCRAM));
      assertThat(sender.begin(0, SenderListener.NONE)).isNotNull();
      end(sender);
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
      Sender sender = sender(broker, fixed("pencil", SCRAM));
      assertThatThrownBy(() -> sender.begin(0, SenderListener.NONE).awaitConfirmed())
          .hasMessageContaining("[MQTT_AUTHENTICATION_FAILED] ")
          .hasMessageContaining("the broker has not proved that it knows the password")
          .hasMessageNotContaining("pencil");
      end(sender);
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
      Sender sender =
          sender(
              broker,
              new CredentialSettings(
                  null, null, null, null, ShortTokens.class.getName(), "CUSTOM-JWT"));
      sender.begin(0, SenderListener.NONE);
      Await.until("a renewal", Duration.ofSeconds(20), () -> seen.size() == 2);
      assertThat(seen).containsExactly("token 1", "token 2");
      end(sender);
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
  void passwordFileThatIsNotThereIsNamed() throws Exception {
    try (ScriptedBroker broker = ScriptedBroker.start(connection -> {})) {
      Sender sender =
          sender(broker, new CredentialSettings("me", null, "/none/password", null, null, null));
      assertThatThrownBy(() -> sender.begin(0, SenderListener.NONE).awaitConfirmed())
          .hasMessageContaining("[MQTT_CREDENTIALS_UNAVAILABLE] ")
          .hasMessageContaining("passwordFile=/none/password cannot be used on this host");
      end(sender);
      assertThat(broker.connections()).isZero();
    }
  }

  private static CredentialSettings fixed(String password, String method) {
    return new CredentialSettings("me", new Secret(password), null, null, null, method);
  }

  private static Sender sender(ScriptedBroker broker, CredentialSettings credentials) {
    BrokerUrl url = new BrokerUrl(broker.url());
    SinkSettings settings =
        new SinkSettings(
            List.of(url),
            "sender-test",
            credentials,
            TlsSettings.DEFAULT,
            Map.of(),
            Duration.ofSeconds(60),
            Duration.ofSeconds(20),
            Duration.ofMinutes(1),
            100,
            Duration.ofMillis(1));
    return Sender.start(settings, settings.connection(url, "sender-test"));
  }

  private static void end(Sender sender) throws InterruptedException {
    sender.close();
    sender.awaitEnd(Duration.ofSeconds(10));
    assertThat(sender.isOver()).isTrue();
  }

  private static String text(MqttProperties properties) {
    return new String(properties.binary(Property.AUTHENTICATION_DATA).orElseThrow(), UTF_8);
  }
}
