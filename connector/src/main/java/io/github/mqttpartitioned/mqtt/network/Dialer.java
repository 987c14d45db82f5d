// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.mqtt.network;

import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_BROKER_UNREACHABLE;

import io.github.mqttpartitioned.mqtt.packet.PrintableText;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.Socket;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Makes the TCP connection of one MQTT connection. It tries the addresses of a name in turn. It can
 * be closed at any time, whatever a thread is doing with its socket. Thread-safe.
 *
 * <p>Proxies are the JVM's: a SOCKS proxy ({@code socksProxyHost}) for each connection, an HTTP
 * proxy ({@code http.proxyHost}, {@code https.proxyHost}) for a WebSocket.
 */
public final class Dialer implements AutoCloseable {

  /** Finds the addresses of a host. */
  interface Resolver {
    List<InetAddress> resolve(String host) throws UnknownHostException;
  }

  /** The resolver of the JVM. A name with a dot at its end is also looked up without it. */
  public static final Resolver DNS =
      host -> {
        try {
          return Arrays.asList(InetAddress.getAllByName(host));
        } catch (UnknownHostException e) {
          if (!host.endsWith(".")) {
            throw e;
          }
          return Arrays.asList(InetAddress.getAllByName(host.substring(0, host.length() - 1)));
        }
      };

  private final Resolver resolver;
  private final Function<Proxy, Socket> sockets;
  private @Nullable Socket socket;
  private boolean closed;

  public Dialer() {
    this(DNS, proxy -> proxy.type() == Proxy.Type.HTTP ? new Socket(proxy) : new Socket());
  }

  /**
   * @param sockets makes unconnected sockets; given {@link Proxy#NO_PROXY}, such as use the JVM's
   *     SOCKS proxy
   */
  public Dialer(Resolver resolver, Function<Proxy, Socket> sockets) {
    this.resolver = resolver;
    this.sockets = sockets;
  }

  /**
   * Connects.
   *
   * @param timeout maximum time for all addresses together
   * @throws IOException if no address answers
   */
  public Socket dial(BrokerUrl broker, Duration timeout) throws IOException {
    long until = System.nanoTime() + timeout.toNanos();
    Proxy proxy = broker.isWebSocket() ? httpProxy(broker) : Proxy.NO_PROXY;
    List<InetSocketAddress> targets = targets(broker, proxy);
    List<IOException> failures = new ArrayList<>();
    for (InetSocketAddress target : targets) {
      long left = until - System.nanoTime();
      int untried = targets.size() - failures.size();
      long millis = Math.max(1, TimeUnit.NANOSECONDS.toMillis(left / untried));
      Socket attempt = sockets.apply(proxy);
      try {
        hold(attempt);
        attempt.connect(target, Math.toIntExact(millis));
        attempt.setTcpNoDelay(true);
        attempt.setKeepAlive(true);
        return attempt;
      } catch (IOException e) {
        failures.add(proxy.type() == Proxy.Type.HTTP ? byProxy(proxy, broker, e) : e);
        release(attempt);
      }
    }
    throw failures.size() == 1 ? failures.get(0) : noneAnswers(broker, targets, failures);
  }

  private List<InetSocketAddress> targets(BrokerUrl broker, Proxy proxy)
      throws UnknownHostException {
    List<InetSocketAddress> unresolved =
        List.of(InetSocketAddress.createUnresolved(broker.host(), broker.port()));
    if (proxy.type() == Proxy.Type.HTTP) {
      return unresolved;
    }
    try {
      return resolver.resolve(broker.host()).stream()
          .map(address -> new InetSocketAddress(address, broker.port()))
          .toList();
    } catch (UnknownHostException e) {
      if (hasSocksProxy(broker)) {
        // The proxy may know the name.
        return unresolved;
      }
      throw e;
    }
  }

  private static boolean hasSocksProxy(BrokerUrl broker) {
    return select("socket", broker).stream().anyMatch(proxy -> proxy.type() == Proxy.Type.SOCKS);
  }

  private static Proxy httpProxy(BrokerUrl broker) {
    return select(broker.isTls() ? "https" : "http", broker).stream()
        .filter(proxy -> proxy.type() == Proxy.Type.HTTP)
        .findFirst()
        .orElse(Proxy.NO_PROXY);
  }

  private static List<Proxy> select(String scheme, BrokerUrl broker) {
    ProxySelector selector = ProxySelector.getDefault();
    try {
      return selector == null
          ? List.of()
          : selector.select(new URI(scheme + "://" + broker.authority() + "/"));
    } catch (URISyntaxException e) {
      throw new IllegalStateException("a broker's address is always part of a URI", e);
    }
  }

  /** A password is an option of the JVM: it cannot be given while the query runs. */
  private static NetworkException byProxy(Proxy proxy, BrokerUrl broker, IOException cause) {
    InetSocketAddress address = (InetSocketAddress) proxy.address();
    String what =
        "the HTTP proxy %s:%d does not lead to %s: %s"
            .formatted(
                address.getHostString(),
                address.getPort(),
                broker.authority(),
                PrintableText.ofInnermost(cause));
    return String.valueOf(cause.getMessage()).contains(" 407 ")
        ? NetworkException.lasting(
            MQTT_BROKER_UNREACHABLE,
            what,
            """
            It wants a password. Start driver and executors with \
            -Djdk.http.auth.tunneling.disabledSchemes= and a java.net.Authenticator, or let the \
            proxy ask for none.""",
            cause)
        : NetworkException.passing(
            MQTT_BROKER_UNREACHABLE,
            what,
            """
            Check http.proxyHost and https.proxyHost of driver and executors, and that the proxy \
            allows CONNECT to this port. Hosts in http.nonProxyHosts are reached without it.""",
            cause);
  }

  private static ConnectException noneAnswers(
      BrokerUrl broker, List<InetSocketAddress> targets, List<IOException> failures) {
    List<String> each = new ArrayList<>();
    for (int i = 0; i < failures.size(); i++) {
      each.add(
          "%s (%s)"
              .formatted(
                  targets.get(i).getAddress().getHostAddress(), failures.get(i).getMessage()));
    }
    return new ConnectException(
        "none of the addresses of %s answers: %s"
            .formatted(broker.host(), String.join(", ", each)));
  }

  private synchronized void hold(Socket made) throws IOException {
    if (closed) {
      throw new IOException("the connection has been given up");
    }
    socket = made;
  }

  private static void release(Socket failed) {
    try {
      failed.close();
    } catch (IOException e) {
      // It was never connected: nothing is lost with it.
    }
  }

  /** Closes the socket, or the next one that is asked for. */
  @Override
  public synchronized void close() throws IOException {
    closed = true;
    if (socket != null) {
      socket.close();
    }
  }
}
