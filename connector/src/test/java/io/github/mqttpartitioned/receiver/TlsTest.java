// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.receiver;

import static io.github.mqttpartitioned.testkit.Gateway.BINARY;
import static io.github.mqttpartitioned.testkit.Gateway.FIN;
import static io.github.mqttpartitioned.testkit.Gateway.frame;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.mqtt.network.Secret;
import io.github.mqttpartitioned.mqtt.network.TlsSettings;
import io.github.mqttpartitioned.mqtt.network.TlsSettings.KeyMaterial;
import io.github.mqttpartitioned.mqtt.network.TlsSettings.StoreType;
import io.github.mqttpartitioned.receiver.PartitionStatus.State;
import io.github.mqttpartitioned.testkit.Await;
import io.github.mqttpartitioned.testkit.BrokerOptions;
import io.github.mqttpartitioned.testkit.Gateway;
import io.github.mqttpartitioned.testkit.MqttProperties;
import io.github.mqttpartitioned.testkit.MqttProperties.Property;
import io.github.mqttpartitioned.testkit.PacketType;
import io.github.mqttpartitioned.testkit.Packets;
import io.github.mqttpartitioned.testkit.Scheme;
import io.github.mqttpartitioned.testkit.ScriptedBroker;
import io.github.mqttpartitioned.testkit.TestAuthority;
import io.github.mqttpartitioned.testkit.TestAuthority.Issued;
import io.github.mqttpartitioned.testkit.TestBroker;
import io.github.mqttpartitioned.testkit.TestBrokers;
import io.github.mqttpartitioned.testkit.TestCertificates;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** TLS between a member and brokers that want something of it. */
class TlsTest {

  @TempDir Path folder;

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "localhost, 127.0.0.1, dns:localhost",
    "localhost., 127.0.0.1, dns:localhost",
    "127.0.0.1, 127.0.0.1, ip:127.0.0.1",
    "[::1], ::1, ip:::1",
  })
  void connectsToEachKindOfHost(String host, String address, String name) throws Exception {
    Issued server =
        TestAuthority.in(folder)
            .issue("server", "EC", "-groupname", "secp256r1", "-ext", "SAN=" + name);
    try (ScriptedBroker broker =
            ScriptedBroker.start(connection -> ReceiverTest.ready(connection, false));
        Gateway ssl = Gateway.tls(broker.url(), server.context(), InetAddress.getByName(address));
        Gateway wss =
            Gateway.webSocket(
                broker.url(),
                (data, out) -> out.write(frame(FIN | BINARY, data)),
                server.context(),
                InetAddress.getByName(address));
        Member overTls =
            new Member(folder.resolve("ssl"), ssl.url(host))
                .tls(trusting(server))
                .startConnected();
        Member overWebSocket =
            new Member(folder.resolve("wss"), wss.url(host))
                .tls(trusting(server))
                .startConnected()) {
      assertThat(overTls.status().state()).isEqualTo(State.CONNECTED);
      assertThat(overWebSocket.status().state()).isEqualTo(State.CONNECTED);
    }
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "san=dns:elsewhere, '', Write a host that the certificate names in brokerUrl",
    "san=dns:localhost, -10d, It has expired: renew it in the broker",
    "san=dns:localhost, +2d, It is not valid yet: check the clocks",
  })
  void certificateThatDoesNotFitIsExplainedAtOnce(String name, String start, String advice)
      throws Exception {
    Issued server =
        TestAuthority.in(folder)
            .issue("server", "RSA", "-ext", name, "-startdate", start.isEmpty() ? "-1H" : start);
    try (ScriptedBroker broker = ScriptedBroker.start(connection -> {});
        Gateway ssl =
            Gateway.tls(broker.url(), server.context(), InetAddress.getLoopbackAddress());
        Member member =
            new Member(folder, ssl.url("localhost"))
                .connectTimeout(Duration.ofMinutes(5))
                .tls(trusting(server))
                .start()
                .await(State.FAILED)) {
      assertThat(member.status().problem())
          .hasMessageStartingWith("[MQTT_TLS_FAILED] Member member-0 of partition 0 at ssl://")
          .hasMessageContaining("the broker's certificate is refused: ")
          .hasMessageContaining(advice)
          .hasMessageNotContaining("that the broker runs");
    }
  }

  /** The server that the broker names shows a certificate of another host. */
  @Test
  void serverThatABrokerNamesIsVerifiedAsTheBrokerItself() throws Exception {
    Issued right = TestAuthority.in(folder).issue("right", "RSA", "-ext", "SAN=dns:localhost");
    InetAddress loopback = InetAddress.getLoopbackAddress();
    try (ScriptedBroker impostor = ScriptedBroker.start(connection -> {});
        Gateway there = Gateway.tls(impostor.url(), right.context(), loopback);
        ScriptedBroker broker =
            ScriptedBroker.inOrder(
                connection -> {
                  connection.expect(PacketType.CONNECT);
                  connection.send(
                      Packets.connack(
                          false,
                          0x9C,
                          MqttProperties.NONE.with(
                              Property.SERVER_REFERENCE, "127.0.0.1:" + there.port())));
                },
                connection -> ReceiverTest.ready(connection, false));
        Gateway here = Gateway.tls(broker.url(), right.context(), loopback);
        ReceiverLog log = new ReceiverLog();
        Member member =
            new Member(folder, here.url("localhost"))
                .cluster(here.url("localhost"))
                .tls(trusting(right))
                .startConnected()) {
      assertThat(member.status().state()).isEqualTo(State.CONNECTED);
      assertThat(broker.connections()).isEqualTo(2);
      assertThat(log.messages())
          .anyMatch(line -> line.contains("the broker's certificate is refused"));
    }
  }

  @Test
  void issuerThatNobodyKnowsIsExplainedAtOnce() throws Exception {
    BrokerOptions options = BrokerOptions.DEFAULTS.tls(TestCertificates.in(folder));
    try (TestBroker broker = TestBrokers.start(options)) {
      failsAtOnce(
          broker.url(Scheme.SSL),
          TlsSettings.DEFAULT,
          "Nobody that this member trusts has issued it: give a file");
    }
  }

  @Test
  void certificateThatIsRequiredIsExplainedAtOnce() throws Exception {
    TestCertificates certificates = TestCertificates.in(folder);
    BrokerOptions options =
        BrokerOptions.DEFAULTS.tls(certificates).clientCertificateRequired(true);
    KeyMaterial trust = store(certificates.server().truststore());
    try (TestBroker broker = TestBrokers.start(options)) {
      failsAtOnce(
          broker.url(Scheme.SSL),
          new TlsSettings(trust, null, true),
          "it requires a client certificate. Give the client's certificate and key with"
              + " ssl.keystore.location");
      failsAtOnce(
          broker.url(Scheme.SSL),
          new TlsSettings(trust, store(certificates.server().keystore()), true),
          "it does not accept the client's certificate. Check that ssl.keystore.location=");
    }
  }

  @Test
  void filesAreReadAnewAtEachConnection() throws Exception {
    TestCertificates certificates = TestCertificates.in(folder);
    BrokerOptions options =
        BrokerOptions.DEFAULTS.tls(certificates).clientCertificateRequired(true);
    KeyMaterial trust = store(certificates.server().truststore());
    Path certificate =
        Files.writeString(folder.resolve("tls.crt"), certificates.client().certificatePem());
    Path key = Files.writeString(folder.resolve("tls.key"), certificates.client().keyPem());
    TlsSettings settings =
        new TlsSettings(
            trust,
            new KeyMaterial(certificate.toString(), null, StoreType.PEM),
            key.toString(),
            true,
            List.of());
    try (TestBroker broker = TestBrokers.start(options);
        Member member = new Member(folder, broker.url(Scheme.SSL)).tls(settings).startConnected()) {
      Files.writeString(key, "half written");
      broker.restart();
      member.await(State.CONNECTING);
      Await.until(
          "the file to be missed",
          Member.DEADLINE,
          () -> String.valueOf(member.status().problem()).contains("it holds no private key"));
      Files.writeString(key, certificates.client().keyPem());
      member.await(State.CONNECTED);
    }
  }

  @Test
  void plainBrokerAtAPortForTlsAndTheReverse() throws Exception {
    TestCertificates certificates = TestCertificates.in(folder);
    BrokerOptions options = BrokerOptions.DEFAULTS.tls(certificates);
    try (TestBroker broker = TestBrokers.start(options)) {
      fails(
          broker.url(Scheme.SSL).replace("ssl:", "tcp:"),
          TlsSettings.DEFAULT,
          "without TLS (for TLS, write ssl://)");
      fails(
          broker.url(Scheme.TCP).replace("tcp:", "ssl:"),
          TlsSettings.DEFAULT,
          "Check that the port of brokerUrl is one for TLS: without TLS, write tcp:// or ws://");
    }
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "'\u0015\u0003\u0003\u0000\u0002\u0002F', port speaks TLS",
    "'HTTP/1.1 400 Bad Request\r\n\r\n', speaks HTTP",
  })
  void answerOfAnotherProtocolIsExplainedAtOnce(String answer, String expected) throws Exception {
    try (ScriptedBroker broker =
        ScriptedBroker.start(connection -> connection.send(answer.getBytes(UTF_8)))) {
      failsAtOnce(
          broker.url(),
          TlsSettings.DEFAULT,
          expected.equals("speaks HTTP") ? "speaks HTTP, not MQTT" : " speaks TLS. Write ssl://");
    }
  }

  @Test
  void portThatAnswersTlsInPlainTextIsExplainedAtOnce() throws Exception {
    try (ScriptedBroker broker =
        ScriptedBroker.start(connection -> connection.send("hello, world".getBytes(UTF_8)))) {
      failsAtOnce(
          broker.url().replace("tcp:", "ssl:"),
          TlsSettings.DEFAULT,
          "the port does not speak TLS. Write tcp:// or ws://");
    }
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "localhost, 127.0.0.1, localhost",
    "localhost., 127.0.0.1, localhost",
    "127.0.0.1, 127.0.0.1,",
    "[::1], ::1,",
  })
  void nameIsSentWhereItIsOneAndProtocolsAreOffered(
      String host, String address, @Nullable String sent) throws Exception {
    Issued server =
        TestAuthority.in(folder)
            .issue("server", "RSA", "-ext", "SAN=dns:localhost,ip:127.0.0.1,ip:::1");
    try (SSLServerSocket listener =
            (SSLServerSocket)
                server
                    .context()
                    .getServerSocketFactory()
                    .createServerSocket(0, 5, InetAddress.getByName(address));
        Member member =
            new Member(folder, "ssl://%s:%d".formatted(host, listener.getLocalPort()))
                .tls(
                    new TlsSettings(
                        trusting(server).trustStore(),
                        null,
                        null,
                        true,
                        List.of("x-amzn-mqtt-ca", "mqtt")))
                .start()) {
      try (SSLSocket socket = (SSLSocket) listener.accept()) {
        var parameters = socket.getSSLParameters();
        parameters.setApplicationProtocols(new String[] {"mqtt"});
        socket.setSSLParameters(parameters);
        socket.startHandshake();
        assertThat(((ExtendedSSLSession) socket.getSession()).getRequestedServerNames())
            .isEqualTo(sent == null ? List.of() : List.of(new SNIHostName(sent)));
        assertThat(socket.getApplicationProtocol()).isEqualTo("mqtt");
      }
      assertThat(member.status().state()).isNotEqualTo(State.FAILED);
    }
  }

  private void failsAtOnce(String url, TlsSettings tls, String expected) throws Exception {
    fails(url, tls, Duration.ofMinutes(5), expected);
  }

  private void fails(String url, TlsSettings tls, String expected) throws Exception {
    fails(url, tls, Duration.ofSeconds(1), expected);
  }

  private void fails(String url, TlsSettings tls, Duration timeout, String expected)
      throws Exception {
    try (Member member =
        new Member(Files.createTempDirectory(folder, "m"), url)
            .tls(tls)
            .connectTimeout(timeout)
            .start()
            .await(State.FAILED)) {
      assertThat(member.status().problem())
          .hasMessageContaining(expected)
          .hasMessageNotContaining("that the broker runs");
    }
  }

  private static KeyMaterial store(Path file) {
    return new KeyMaterial(
        file.toString(), new Secret(TestCertificates.PASSWORD), StoreType.PKCS12);
  }

  private TlsSettings trusting(Issued server) throws Exception {
    Path file = Files.write(folder.resolve("ca.der"), server.chain().get(2).getEncoded());
    return new TlsSettings(new KeyMaterial(file.toString(), null, StoreType.PEM), null, true);
  }
}
