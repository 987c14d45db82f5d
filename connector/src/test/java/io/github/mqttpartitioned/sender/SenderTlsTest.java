// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.sender;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.mqttpartitioned.mqtt.network.TlsSettings;
import io.github.mqttpartitioned.mqtt.network.TlsSettings.KeyMaterial;
import io.github.mqttpartitioned.mqtt.network.TlsSettings.StoreType;
import io.github.mqttpartitioned.testkit.Gateway;
import io.github.mqttpartitioned.testkit.ScriptedBroker;
import io.github.mqttpartitioned.testkit.TestAuthority;
import io.github.mqttpartitioned.testkit.TestAuthority.Issued;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A sender that cannot connect says why; what stays as it is fails the task at once. */
class SenderTlsTest extends SenderFixture {

  @TempDir Path folder;

  /** Longer than a test may take: an error comes at once or too late. */
  @BeforeEach
  void waitLong() {
    connectTimeout = Duration.ofMinutes(5);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "san=dns:elsewhere, -1H, Write a host that the certificate names in brokerUrl",
    "san=dns:localhost, -10d, It has expired: renew it in the broker",
  })
  void certificateThatDoesNotFitIsExplainedAtOnce(String name, String start, String advice)
      throws Exception {
    Issued server =
        TestAuthority.in(folder).issue("server", "RSA", "-ext", name, "-startdate", start);
    Path trusted = Files.write(folder.resolve("ca.der"), server.chain().get(2).getEncoded());
    tls = trusting(trusted);
    try (ScriptedBroker broker = ScriptedBroker.start(connection -> {});
        Gateway ssl =
            Gateway.tls(broker.url(), server.context(), InetAddress.getLoopbackAddress())) {
      assertThatThrownBy(() -> outbox(ssl.url("localhost")).awaitConfirmed())
          .hasMessageStartingWith("[MQTT_TLS_FAILED] Sender sender-test of broker ssl://")
          .hasMessageContaining("the broker's certificate is refused: ")
          .hasMessageContaining(advice)
          .hasMessageNotContaining("that the broker runs");
    }
  }

  @Test
  void fileThatHoldsNoCertificateIsNamedAtOnce() throws Exception {
    Path file = Files.writeString(folder.resolve("ca.pem"), "half written");
    tls = trusting(file);
    try (ScriptedBroker broker = ScriptedBroker.start(connection -> {})) {
      assertThatThrownBy(() -> outbox(broker.url().replace("tcp:", "ssl:")).awaitConfirmed())
          .isInstanceOf(SinkException.class)
          .hasMessageContaining(file.toString())
          .hasMessageNotContaining("that the broker runs");
    }
  }

  @Test
  void webSocketThatWantsALoginIsExplainedAtOnce() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      Thread answers = new Thread(() -> refuse(server), "http-401");
      answers.setDaemon(true);
      answers.start();
      assertThatThrownBy(
              () -> outbox("ws://127.0.0.1:%d/x".formatted(server.getLocalPort())).awaitConfirmed())
          .hasMessageStartingWith("[MQTT_WEBSOCKET_REFUSED] Sender sender-test of broker ws://")
          .hasMessageContaining("the server answered HTTP 401 Unauthorized")
          .hasMessageContaining("the options websocket.header");
    }
  }

  private static void refuse(ServerSocket server) {
    try (Socket client = server.accept()) {
      client.getInputStream().read(new byte[8192]);
      client
          .getOutputStream()
          .write("HTTP/1.1 401 Unauthorized\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
      client.getInputStream().read();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static TlsSettings trusting(Path file) {
    return new TlsSettings(new KeyMaterial(file.toString(), null, StoreType.PEM), null, true);
  }
}
