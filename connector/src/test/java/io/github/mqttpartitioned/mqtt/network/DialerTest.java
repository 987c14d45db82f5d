// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.mqtt.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.mqttpartitioned.testkit.HttpProxy;
import io.github.mqttpartitioned.testkit.SystemProperties;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Proxy;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;

class DialerTest {

  private static final Duration TIMEOUT = Duration.ofSeconds(10);

  @Test
  void triesEachAddressOfAName() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 5, address("127.0.0.1"))) {
      Dialer dialer =
          new Dialer(
              host -> List.of(address("127.0.0.2"), address("127.0.0.3"), address("127.0.0.1")),
              proxy -> new Socket());
      BrokerUrl broker = new BrokerUrl("tcp://some_name:" + server.getLocalPort());
      try (Socket socket = dialer.dial(broker, TIMEOUT)) {
        assertThat(socket.getInetAddress()).isEqualTo(address("127.0.0.1"));
        assertThat(socket.getTcpNoDelay()).isTrue();
        assertThat(socket.getKeepAlive()).isTrue();
      }
    }
  }

  /** Packets to a host that is off get no answer: it must not use up the time of the others. */
  @Test
  void leavesTimeForTheAddressesAfterASilentOne() throws Exception {
    List<Integer> timeouts = new ArrayList<>();
    Dialer dialer =
        new Dialer(
            host -> List.of(address("127.0.0.2"), address("127.0.0.3")),
            proxy ->
                new Socket() {
                  @Override
                  public void connect(SocketAddress endpoint, int timeout) throws IOException {
                    timeouts.add(timeout);
                    throw new SocketTimeoutException("Connect timed out");
                  }
                });
    assertThatThrownBy(() -> dialer.dial(new BrokerUrl("tcp://b:1"), TIMEOUT))
        .isInstanceOf(ConnectException.class)
        .hasMessage(
            """
            none of the addresses of b answers: 127.0.0.2 (Connect timed out), 127.0.0.3 (Connect \
            timed out)""");
    assertThat(timeouts.get(0)).isBetween(4_000, 5_000);
    assertThat(timeouts.get(1)).isBetween(8_000, 10_000);
  }

  @Test
  void findsHostsThatAreNoDomainNames() throws Exception {
    assertThat(Dialer.DNS.resolve(new BrokerUrl("tcp://[::1]").host()))
        .containsExactly(address("::1"));
    assertThat(Dialer.DNS.resolve(new BrokerUrl("tcp://localhost.").host()))
        .contains(address("127.0.0.1"));
    assertThatThrownBy(() -> Dialer.DNS.resolve("no_such_host_of_ours"))
        .isInstanceOf(UnknownHostException.class);
  }

  @Test
  void closedOneConnectsNoMore() throws Exception {
    Dialer dialer = new Dialer();
    dialer.close();
    assertThatThrownBy(() -> dialer.dial(new BrokerUrl("tcp://127.0.0.1:1"), TIMEOUT))
        .hasMessage("the connection has been given up");
  }

  @Nested
  @ResourceLock(Resources.SYSTEM_PROPERTIES)
  class HttpProxies {

    private final SystemProperties properties = new SystemProperties();

    @AfterEach
    void restore() {
      properties.close();
    }

    @Test
    void tunnelWebSockets() throws Exception {
      try (ServerSocket server = new ServerSocket(0, 5, address("127.0.0.1"));
          HttpProxy proxy = HttpProxy.to(server.getLocalPort())) {
        properties.proxy(proxy);
        try (Socket socket = new Dialer().dial(new BrokerUrl("wss://far_away/mqtt"), TIMEOUT);
            Socket there = server.accept()) {
          socket.getOutputStream().write(7);
          assertThat(there.getInputStream().read()).isEqualTo(7);
        }
        try (Socket socket = new Dialer().dial(new BrokerUrl("ws://far.away:81"), TIMEOUT)) {
          assertThat(socket.isConnected()).isTrue();
        }
        assertThat(proxy.requests())
            .containsExactly("CONNECT far_away:443 HTTP/1.1", "CONNECT far.away:81 HTTP/1.1");
      }
    }

    @Test
    void thatWantAPasswordAreNamed() throws Exception {
      try (HttpProxy proxy = HttpProxy.refusing("407 Proxy Authentication Required")) {
        properties.proxy(proxy);
        assertThatThrownBy(() -> new Dialer().dial(new BrokerUrl("wss://far.away/mqtt"), TIMEOUT))
            .isInstanceOf(IOException.class)
            .hasMessageContaining("proxy")
            .hasMessageContaining("407 Proxy Authentication Required");
      }
    }

    /** The JVM never takes a proxy to 127.0.0.1, so it gets a name here. */
    private Dialer byResolver() {
      return new Dialer(
          host -> List.of(address("127.0.0.1")),
          proxy -> proxy.type() == Proxy.Type.HTTP ? new Socket(proxy) : new Socket());
    }

    @Test
    void areLeftOutForTheHostsThatTheJvmExcepts() throws Exception {
      try (ServerSocket server = new ServerSocket(0, 5, address("127.0.0.1"));
          HttpProxy proxy = HttpProxy.to(server.getLocalPort())) {
        properties.proxy(proxy);
        BrokerUrl broker = new BrokerUrl("wss://hall.plant:" + server.getLocalPort());
        properties.set("http.nonProxyHosts", "*.office|*.plant");
        byResolver().dial(broker, TIMEOUT).close();
        assertThat(proxy.requests()).isEmpty();
        properties.set("http.nonProxyHosts", "*.office");
        byResolver().dial(broker, TIMEOUT).close();
        assertThat(proxy.requests()).hasSize(1);
      }
    }
  }

  private static InetAddress address(String literal) throws UnknownHostException {
    return InetAddress.getByName(literal);
  }
}
