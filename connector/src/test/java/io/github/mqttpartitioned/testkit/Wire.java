// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.testkit;

import io.github.mqttpartitioned.testkit.MqttProperties.Property;
import io.github.mqttpartitioned.testkit.Packet.Connack;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.security.GeneralSecurityException;
import java.util.Optional;
import javax.net.ssl.SSLContext;

/** One accepted MQTT connection of a client. Reading and writing are confined to a thread each. */
final class Wire {

  private static final int TIMEOUT_MILLIS = 5000;
  private static final int SOCKET_BUFFER_BYTES = 256 << 10;

  private final Socket socket;
  private final PacketReader reader;
  private final OutputStream output;
  private final Connack connack;
  private final int keepAliveSeconds;
  private final int window;

  private Wire(Socket socket, PacketReader reader, Connack connack, int keepAlive, int window)
      throws IOException {
    this.socket = socket;
    this.reader = reader;
    this.output = socket.getOutputStream();
    this.connack = connack;
    this.keepAliveSeconds = number(Property.SERVER_KEEP_ALIVE, keepAlive);
    this.window = Math.min(window, number(Property.RECEIVE_MAXIMUM, InFlight.MOST));
  }

  private int number(Property property, int otherwise) {
    return connack.properties().number(property).map(Long::intValue).orElse(otherwise);
  }

  /**
   * Connects.
   *
   * @param connect the CONNECT to send
   * @param window most messages in flight, if the broker allows as many
   * @throws IllegalStateException if the broker refuses for good
   * @throws IOException if nothing answers, or the broker is not ready yet
   */
  static Wire open(
      String url, Optional<SSLContext> sslContext, byte[] connect, int keepAlive, int window)
      throws IOException {
    Socket socket = socket(URI.create(url), sslContext);
    try {
      socket.setTcpNoDelay(true);
      socket.getOutputStream().write(connect);
      PacketReader reader = new PacketReader(socket.getInputStream());
      Connack connack = reader.read().connack();
      Wire wire = new Wire(socket, reader, connack, keepAlive, window);
      wire.requireAccepted(url);
      socket.setSoTimeout(0);
      return wire;
    } catch (IOException | RuntimeException e) {
      socket.close();
      throw e;
    }
  }

  private static Socket socket(URI url, Optional<SSLContext> sslContext) throws IOException {
    Socket socket =
        switch (String.valueOf(url.getScheme())) {
          case "tcp" -> new Socket();
          case "ssl" ->
              sslContext.orElseGet(Wire::defaultContext).getSocketFactory().createSocket();
          default ->
              throw new IllegalArgumentException("A publisher connects to tcp and ssl, not " + url);
        };
    try {
      socket.setReceiveBufferSize(SOCKET_BUFFER_BYTES);
      socket.setSendBufferSize(SOCKET_BUFFER_BYTES);
      socket.connect(new InetSocketAddress(url.getHost(), url.getPort()), TIMEOUT_MILLIS);
      socket.setSoTimeout(TIMEOUT_MILLIS);
      return socket;
    } catch (IOException | RuntimeException e) {
      socket.close();
      throw e;
    }
  }

  private static SSLContext defaultContext() {
    try {
      return SSLContext.getDefault();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private void requireAccepted(String url) throws IOException {
    switch (connack.reason()) {
      case 0 -> {}
      // Server unavailable, server busy.
      case 0x88, 0x89 -> throw new IOException(url + " is not ready: " + connack);
      default -> throw new IllegalStateException(url + " refused the connection: " + connack);
    }
  }

  boolean sessionPresent() {
    return connack.sessionPresent();
  }

  /** Most messages in flight on this connection. */
  int window() {
    return window;
  }

  /** After how many idle seconds to send a PINGREQ. */
  int pingSeconds() {
    return Math.max(1, keepAliveSeconds / 2);
  }

  PacketReader reader() {
    return reader;
  }

  OutputStream output() {
    return output;
  }

  /** Closes the socket; reads and writes in other threads end with an {@link IOException}. */
  void close() {
    try {
      socket.close();
    } catch (IOException ignored) {
      // A socket that cannot be closed is no more use either.
    }
  }
}
