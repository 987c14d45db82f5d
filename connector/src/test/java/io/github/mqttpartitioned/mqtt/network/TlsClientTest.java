// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.mqtt.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.mqttpartitioned.mqtt.network.TlsSettings.KeyMaterial;
import io.github.mqttpartitioned.mqtt.network.TlsSettings.StoreType;
import io.github.mqttpartitioned.testkit.HttpProxy;
import io.github.mqttpartitioned.testkit.TestAuthority;
import io.github.mqttpartitioned.testkit.TestAuthority.Issued;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Which hosts a certificate is for. The JDK checks those whose name is a domain name or an address;
 * the others, with an underscore, are decided alike.
 */
class TlsClientTest {

  private static Server withNames;
  private static Server withAddressAlone;
  private static Server withCommonNameAlone;
  private static Path authority;

  @BeforeAll
  static void start(@TempDir Path folder) throws Exception {
    TestAuthority made = TestAuthority.in(folder);
    Issued names =
        made.issue(
            "my_other",
            "RSA",
            "-ext",
            "SAN=dns:*.plant.test,dns:b.test,dns:*.wide,ip:127.0.0.1,ip:::1");
    authority = Files.write(folder.resolve("ca.der"), names.chain().get(2).getEncoded());
    withNames = new Server(names);
    withAddressAlone = new Server(made.issue("my_broker", "RSA", "-ext", "SAN=ip:127.0.0.1"));
    withCommonNameAlone = new Server(made.issue("my_broker2", "RSA"));
  }

  @AfterAll
  static void stop() throws IOException {
    for (Server server : List.of(withNames, withAddressAlone, withCommonNameAlone)) {
      server.close();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ssl://my_broker.plant.test",
        "wss://my_broker.plant.test",
        "ssl://MY_BROKER.Plant.Test.",
        "ssl://broker.plant.test",
        "wss://b.test.",
        "ssl://127.0.0.1",
        "wss://[::1]",
      })
  void certificateIsForTheHostsThatItNames(String url) throws Exception {
    connect(withNames, url, true);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ssl://my_broker.test",
        "wss://my_broker.test",
        "ssl://my_broker.plant.test.elsewhere",
        "ssl://a.my_broker.plant.test",
        "ssl://plant_test",
        "ssl://a.broker.plant.test",
        "ssl://c.test",
        "ssl://127.0.0.2",
        "wss://[::2]",
        "ssl://my_other",
        "ssl://my_broker.wide",
      })
  void certificateIsForNoOtherHost(String url) throws Exception {
    assertThatThrownBy(() -> connect(withNames, url, true))
        .isInstanceOf(NetworkException.class)
        .hasMessageStartingWith("the broker's certificate is refused: No subject alternative ");
    connect(withNames, url, false);
  }

  @Test
  void commonNameCountsWhereNoDnsNameIsGiven() throws Exception {
    connect(withAddressAlone, "ssl://my_broker", true);
    connect(withCommonNameAlone, "wss://my_broker2", true);
    for (Server server : List.of(withAddressAlone, withCommonNameAlone)) {
      assertThatThrownBy(() -> connect(server, "ssl://my_broker3", true))
          .isInstanceOf(NetworkException.class)
          .hasMessageContaining("No name matching my_broker3 found");
      assertThatThrownBy(() -> connect(server, "ssl://my-broker", true))
          .hasMessageContaining("No name matching my-broker found");
    }
  }

  /** TLS is with the broker, not with the proxy. */
  @ParameterizedTest
  @CsvSource({"wss://my_broker.plant.test, true", "wss://my_broker.test, false"})
  void certificateIsCheckedThroughTheTunnelOfAProxy(String url, boolean fits) throws Exception {
    try (HttpProxy proxy = HttpProxy.to(withNames.port())) {
      BrokerUrl broker = new BrokerUrl(url);
      InetAddress loopback = InetAddress.getLoopbackAddress();
      Proxy http = new Proxy(Proxy.Type.HTTP, new InetSocketAddress(loopback, proxy.port()));
      try (Socket socket = new Socket(http)) {
        socket.connect(InetSocketAddress.createUnresolved(broker.host(), broker.port()));
        if (fits) {
          assertThat(client(true).layer(socket, broker).getInputStream().read()).isEqualTo(7);
        } else {
          assertThatThrownBy(() -> client(true).layer(socket, broker))
              .hasMessageContaining("the broker's certificate is refused");
        }
      }
      assertThat(proxy.requests())
          .containsExactly("CONNECT %s:443 HTTP/1.1".formatted(broker.host()));
    }
  }

  private static void connect(Server server, String url, boolean verifies) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
        SSLSocket tls = client(verifies).layer(socket, new BrokerUrl(url))) {
      assertThat(tls.getInputStream().read()).isEqualTo(7);
    }
  }

  private static TlsClient client(boolean verifies) throws NetworkException {
    return TlsClient.of(
        new TlsSettings(
            new KeyMaterial(authority.toString(), null, StoreType.PEM), null, verifies));
  }

  /** Sends one byte to each client. */
  private static final class Server implements AutoCloseable {

    private static final int SILENCE = (int) Duration.ofSeconds(20).toMillis();

    private final SSLServerSocket listener;

    Server(Issued identity) throws IOException {
      listener =
          (SSLServerSocket)
              identity
                  .context()
                  .getServerSocketFactory()
                  .createServerSocket(0, 10, InetAddress.getLoopbackAddress());
      Thread thread = new Thread(this::serve, "tls-server");
      thread.setDaemon(true);
      thread.start();
    }

    int port() {
      return listener.getLocalPort();
    }

    private void serve() {
      while (!listener.isClosed()) {
        try (Socket client = listener.accept()) {
          client.setSoTimeout(SILENCE);
          client.getOutputStream().write(7);
          client.getInputStream().read();
        } catch (IOException e) {
          // The client has refused the certificate, or the test ends.
        }
      }
    }

    @Override
    public void close() throws IOException {
      listener.close();
    }
  }
}
