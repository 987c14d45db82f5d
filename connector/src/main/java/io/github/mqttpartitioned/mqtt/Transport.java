// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.mqtt;

import static java.util.stream.Collectors.toMap;

import io.github.mqttpartitioned.mqtt.network.BrokerUrl;
import io.github.mqttpartitioned.mqtt.network.Dialer;
import io.github.mqttpartitioned.mqtt.network.FirstAnswer;
import io.github.mqttpartitioned.mqtt.network.NetworkException;
import io.github.mqttpartitioned.mqtt.network.TlsClient;
import io.github.mqttpartitioned.mqtt.websocket.Handshake;
import io.github.mqttpartitioned.mqtt.websocket.HandshakeException;
import io.github.mqttpartitioned.mqtt.websocket.WebSocket;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.time.Duration;
import java.util.Map;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * The bytes between a member and its broker: TCP, with TLS for {@code ssl} and {@code wss}, and a
 * WebSocket for {@code ws} and {@code wss}.
 *
 * <p>Opened once, by one thread. {@link #close} may be called from any thread at any time, and ends
 * what others are doing with the streams.
 */
final class Transport implements AutoCloseable {

  /** The subprotocol of MQTT, [MQTT-6.0.0-3]. */
  private static final String SUBPROTOCOL = "mqtt";

  private final ConnectionSettings settings;
  private final BrokerUrl broker;
  private final Dialer dialer;
  private final KeepAlive keepAlive;
  private @Nullable InputStream input;
  private @Nullable OutputStream output;

  /**
   * @param keepAlive notices each byte that arrives
   */
  Transport(ConnectionSettings settings, Dialer dialer, KeepAlive keepAlive) {
    this.settings = settings;
    this.keepAlive = keepAlive;
    this.broker = settings.broker();
    this.dialer = dialer;
  }

  /**
   * Connects, within nine tenths of {@code connectTimeout}: the rest is for CONNACK.
   *
   * @throws NetworkException if it fails for a reason that is known
   * @throws IOException if it fails
   */
  void open() throws IOException {
    long until = System.nanoTime() + settings.connectTimeout().toNanos() / 10 * 9;
    TlsClient tls = broker.isTls() ? TlsClient.of(settings.tls()) : null;
    Socket socket = dialer.dial(broker, Duration.ofNanos(until - System.nanoTime()));
    try {
      long left = Duration.ofNanos(until - System.nanoTime()).toMillis();
      socket.setSoTimeout((int) Math.max(1, left));
      FirstAnswer first = new FirstAnswer(broker, settings.tls(), tls);
      InputStream in;
      OutputStream out;
      if (tls == null) {
        in = keepAlive.watched(socket.getInputStream());
        out = socket.getOutputStream();
      } else {
        SSLSocket secured = tls.layer(socket, broker);
        in = keepAlive.watched(secured.getInputStream());
        out = secured.getOutputStream();
      }
      if (broker.isWebSocket()) {
        WebSocket webSocket = webSocket(in, out, first);
        in = webSocket.input();
        out = webSocket.output();
      }
      socket.setSoTimeout(0);
      input = first.explained(in);
      output = out;
    } catch (IOException | RuntimeException e) {
      socket.close();
      throw e;
    }
  }

  private WebSocket webSocket(InputStream in, OutputStream out, FirstAnswer first)
      throws IOException {
    Map<String, String> headers =
        settings.webSocketHeaders().entrySet().stream()
            .collect(toMap(Map.Entry::getKey, header -> header.getValue().reveal()));
    Handshake handshake = new Handshake(broker.httpHost(), broker.resource(), SUBPROTOCOL, headers);
    try {
      return WebSocket.open(in, out, handshake);
    } catch (HandshakeException e) {
      throw first.refused(e);
    } catch (IOException e) {
      throw first.explain(e);
    }
  }

  /** What the broker sends. */
  InputStream input() throws IOException {
    return opened(input);
  }

  /** What the broker gets. A write is sent at once. */
  OutputStream output() throws IOException {
    return opened(output);
  }

  private static <T> T opened(@Nullable T stream) throws IOException {
    if (stream == null) {
      throw new IOException("the connection is not open");
    }
    return stream;
  }

  /** Closes the socket under TLS: the end of TLS would wait for a write that the broker blocks. */
  @Override
  public void close() throws IOException {
    dialer.close();
  }
}
