// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
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

  /** CONNECT of HTTP, RFC 9110, section 9.3.6. */
  @Test
  @ResourceLock(Resources.SYSTEM_PROPERTIES)
  void webSocketTakesTheHttpProxyOfTheJvm() throws Exception {
    ProxySelector before = ProxySelector.getDefault();
    try (ServerSocket proxy = new ServerSocket(0, 5, address("127.0.0.1"))) {
      ProxySelector.setDefault(
          ProxySelector.of(new InetSocketAddress(address("127.0.0.1"), proxy.getLocalPort())));
      StringBuilder request = new StringBuilder();
      Thread thread = new Thread(() -> tunnel(proxy, request));
      thread.start();
      try (Socket socket = new Dialer().dial(new BrokerUrl("wss://far_away/mqtt"), TIMEOUT)) {
        assertThat(socket.isConnected()).isTrue();
      }
      thread.join(TIMEOUT.toMillis());
      assertThat(request).asString().startsWith("CONNECT far_away:443 HTTP/1.1\r\n");
    } finally {
      ProxySelector.setDefault(before);
    }
  }

  private static void tunnel(ServerSocket proxy, StringBuilder request) {
    try (Socket client = proxy.accept()) {
      InputStream in = client.getInputStream();
      while (request.indexOf("\r\n\r\n") < 0) {
        request.append((char) in.read());
      }
      client.getOutputStream().write("HTTP/1.1 200 OK\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      client.getOutputStream().flush();
      in.read();
    } catch (IOException e) {
      request.append(e);
    }
  }

  private static InetAddress address(String literal) throws UnknownHostException {
    return InetAddress.getByName(literal);
  }
}
