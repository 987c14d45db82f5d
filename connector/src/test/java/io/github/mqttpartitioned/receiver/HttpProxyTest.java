// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.receiver;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.mqtt.network.TlsSettings;
import io.github.mqttpartitioned.mqtt.network.TlsSettings.KeyMaterial;
import io.github.mqttpartitioned.mqtt.network.TlsSettings.StoreType;
import io.github.mqttpartitioned.receiver.PartitionStatus.State;
import io.github.mqttpartitioned.testkit.Gateway;
import io.github.mqttpartitioned.testkit.HttpProxy;
import io.github.mqttpartitioned.testkit.SessionBroker;
import io.github.mqttpartitioned.testkit.SystemProperties;
import io.github.mqttpartitioned.testkit.TestAuthority;
import io.github.mqttpartitioned.testkit.TestAuthority.Issued;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Members that reach their broker through an HTTP proxy alone: nobody else knows its name. */
@ResourceLock(Resources.SYSTEM_PROPERTIES)
class HttpProxyTest {

  private static final Duration DEADLINE = Duration.ofSeconds(30);

  @TempDir Path folder;
  private final SystemProperties properties = new SystemProperties();

  @AfterEach
  void restore() {
    properties.close();
  }

  private static Gateway.Framing framing() {
    return (data, out) -> out.write(Gateway.frame(Gateway.FIN | Gateway.BINARY, data));
  }

  @Test
  void webSocketGoesThroughTheTunnelAgainAndAgain() throws Exception {
    try (SessionBroker broker = new SessionBroker(2, 10, 8);
        Gateway gateway = Gateway.webSocket(broker.url(), framing());
        HttpProxy proxy = HttpProxy.to(gateway.port());
        Member member = new Member(folder, "ws://broker.plant:9001/mqtt").qos(2)) {
      properties.proxy(proxy);
      receives(broker, member);
      assertThat(proxy.requests()).hasSize(2).containsOnly("CONNECT broker.plant:9001 HTTP/1.1");
    }
  }

  /** The certificate is that of the broker, beyond the proxy. */
  @Test
  void tlsIsBetweenMemberAndBroker() throws Exception {
    Issued server =
        TestAuthority.in(folder)
            .issue("server", "EC", "-groupname", "secp256r1", "-ext", "SAN=dns:broker.plant");
    Path authority = Files.write(folder.resolve("ca.der"), server.chain().get(2).getEncoded());
    KeyMaterial trust = new KeyMaterial(authority.toString(), null, StoreType.PEM);
    try (SessionBroker broker = new SessionBroker(2, 10, 8);
        Gateway gateway = Gateway.webSocket(broker.url(), framing(), server.context());
        HttpProxy proxy = HttpProxy.to(gateway.port());
        Member member =
            new Member(folder, "wss://broker.plant")
                .qos(2)
                .tls(new TlsSettings(trust, null, true))) {
      properties.proxy(proxy);
      receives(broker, member);
      assertThat(proxy.requests()).hasSize(2).containsOnly("CONNECT broker.plant:443 HTTP/1.1");
    }
  }

  /** Some messages, then over another connection some more. */
  private static void receives(SessionBroker broker, Member member) {
    broker.publish(100);
    member.start();
    broker.awaitDone(DEADLINE);
    broker.cut();
    broker.publish(100);
    broker.awaitDone(DEADLINE);
    FaultyNetworkTest.assertStored(member, broker, 200, 2, "by a proxy");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "407 Proxy Authentication Required | true | It wants a password. Start driver and executors",
        "403 Forbidden | false | that the proxy allows CONNECT to this port",
      })
  void refusalOfTheProxyIsExplained(String status, boolean isFinal, String advice)
      throws Exception {
    try (HttpProxy proxy = HttpProxy.refusing(status);
        Member member =
            new Member(folder, "wss://broker.plant/mqtt?token=hunter2")
                .connectTimeout(isFinal ? Duration.ofMinutes(5) : Duration.ofSeconds(1))) {
      properties.proxy(proxy);
      member.start().await(State.FAILED);
      assertThat(member.status().problem())
          .hasMessageStartingWith("[MQTT_BROKER_UNREACHABLE] Member member-0 of partition 0 at ")
          .hasMessageContaining(
              "the HTTP proxy 127.0.0.1:%d does not lead to broker.plant:443: ", proxy.port())
          .hasMessageContaining("HTTP/1.1 " + status)
          .hasMessageContaining(advice)
          .hasMessageNotContaining("that the broker runs")
          .hasMessageNotContaining("hunter2");
    }
  }
}
