// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.mqtt;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.function.Supplier;
import javax.net.SocketFactory;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * Makes the one socket of a connection, with TCP_NODELAY: Paho never sets it, and acknowledgements
 * would wait 40 ms. Can close the socket at any time, whatever Paho is doing with it. Thread-safe.
 */
final class MemberSockets implements AutoCloseable {

  private final Supplier<Socket> plain;
  private @Nullable Socket socket;
  private boolean closed;

  MemberSockets() {
    this(Socket::new);
  }

  /**
   * @param plain makes unconnected sockets for connections without TLS
   */
  MemberSockets(Supplier<Socket> plain) {
    this.plain = plain;
  }

  /** The factory for Paho: an {@link SSLSocketFactory} if {@code tls} is one, else a plain one. */
  SocketFactory factory(@Nullable SSLSocketFactory tls) {
    return tls == null ? new Plain() : new Tls(tls);
  }

  private synchronized Socket made(Socket made) throws IOException {
    if (closed) {
      made.close();
      throw new IOException("the connection has been given up");
    }
    made.setTcpNoDelay(true);
    socket = made;
    return made;
  }

  /** Closes the socket, or the next one that is asked for. */
  @Override
  public synchronized void close() throws IOException {
    closed = true;
    if (socket != null) {
      socket.close();
    }
  }

  private static UnsupportedOperationException connected() {
    return new UnsupportedOperationException("Paho asks for unconnected sockets only");
  }

  private final class Plain extends SocketFactory {
    @Override
    public Socket createSocket() throws IOException {
      return made(plain.get());
    }

    @Override
    public Socket createSocket(String host, int port) {
      throw connected();
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress localHost, int localPort) {
      throw connected();
    }

    @Override
    public Socket createSocket(InetAddress host, int port) {
      throw connected();
    }

    @Override
    public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort) {
      throw connected();
    }
  }

  private final class Tls extends SSLSocketFactory {
    private final SSLSocketFactory factory;

    Tls(SSLSocketFactory factory) {
      this.factory = factory;
    }

    @Override
    public Socket createSocket() throws IOException {
      return made(factory.createSocket());
    }

    @Override
    public String[] getDefaultCipherSuites() {
      return factory.getDefaultCipherSuites();
    }

    @Override
    public String[] getSupportedCipherSuites() {
      return factory.getSupportedCipherSuites();
    }

    @Override
    public Socket createSocket(Socket socket, String host, int port, boolean autoClose) {
      throw connected();
    }

    @Override
    public Socket createSocket(String host, int port) {
      throw connected();
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress localHost, int localPort) {
      throw connected();
    }

    @Override
    public Socket createSocket(InetAddress host, int port) {
      throw connected();
    }

    @Override
    public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort) {
      throw connected();
    }
  }
}
