// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.testkit;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ServerSocketFactory;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * Takes members in over TLS, WebSockets or both, and passes their bytes on to a broker that knows
 * TCP alone. A test decides how the broker's bytes become frames. Thread-safe.
 */
public final class Gateway implements AutoCloseable {

  public static final int FIN = 0x80;
  public static final int BINARY = 2;
  public static final int CLOSE = 8;
  public static final int PING = 9;
  private static final int PONG = 10;
  private static final int PIECE = 64 << 10;

  /** Sends what the broker has sent as frames. */
  @FunctionalInterface
  public interface Framing {
    void send(byte[] bytes, OutputStream member) throws IOException;
  }

  private final URI broker;
  private final ServerSocket server;
  private final boolean isTls;
  private final @Nullable Framing framing;
  private final List<Closeable> open = new CopyOnWriteArrayList<>();
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private final List<byte[]> pongs = new CopyOnWriteArrayList<>();
  private final List<String> violations = new CopyOnWriteArrayList<>();

  private Gateway(
      String broker, InetAddress address, @Nullable SSLContext tls, @Nullable Framing framing) {
    this.broker = URI.create(broker);
    this.framing = framing;
    this.isTls = tls != null;
    try {
      ServerSocketFactory factory =
          tls == null ? ServerSocketFactory.getDefault() : tls.getServerSocketFactory();
      server = factory.createServerSocket(0, 100, address);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    daemon("gateway", this::acceptLoop);
  }

  /** TCP. */
  public static Gateway tcp(String broker) {
    return new Gateway(broker, InetAddress.getLoopbackAddress(), null, null);
  }

  /** WebSockets to the broker at a {@code tcp} URL. */
  public static Gateway webSocket(String broker, Framing framing) {
    return new Gateway(broker, InetAddress.getLoopbackAddress(), null, framing);
  }

  /** WebSockets with TLS. */
  public static Gateway webSocket(String broker, Framing framing, SSLContext tls) {
    return webSocket(broker, framing, tls, InetAddress.getLoopbackAddress());
  }

  /** WebSockets with TLS. */
  public static Gateway webSocket(
      String broker, Framing framing, SSLContext tls, InetAddress address) {
    return new Gateway(broker, address, tls, framing);
  }

  /** TLS. */
  public static Gateway tls(String broker, SSLContext tls, InetAddress address) {
    return new Gateway(broker, address, tls, null);
  }

  /** Where it listens, by a name of its address. */
  public String url(String host) {
    String scheme = framing == null ? isTls ? "ssl" : "tcp" : isTls ? "wss" : "ws";
    return "%s://%s:%d".formatted(scheme, host, port());
  }

  public int port() {
    return server.getLocalPort();
  }

  /** The heads of the HTTP requests so far. */
  public List<String> requests() {
    return List.copyOf(requests);
  }

  /** The contents of the PONG frames so far. */
  public List<byte[]> pongs() {
    return List.copyOf(pongs);
  }

  /** What members have sent that RFC 6455 does not allow. */
  public List<String> violations() {
    return List.copyOf(violations);
  }

  /** A frame as a server sends it. */
  public static byte[] frame(int first, byte[] payload) {
    Bytes bytes = new Bytes(payload.length + 10).putByte(first);
    if (payload.length < 126) {
      bytes.putByte(payload.length);
    } else if (payload.length < 1 << 16) {
      bytes.putByte(126).putByte(payload.length >>> 8).putByte(payload.length);
    } else {
      bytes.putByte(127);
      for (int i = 7; i >= 0; i--) {
        bytes.putByte((int) ((long) payload.length >>> (8 * i)));
      }
    }
    return bytes.put(payload).toByteArray();
  }

  private void acceptLoop() {
    while (!server.isClosed()) {
      try {
        Socket member = server.accept();
        open.add(member);
        daemon("gateway-member", () -> serve(member));
      } catch (IOException e) {
        return;
      }
    }
  }

  private void serve(Socket member) {
    try (member) {
      member.setTcpNoDelay(true);
      InputStream in = member.getInputStream();
      OutputStream out = member.getOutputStream();
      if (framing != null && !shake(in, out)) {
        return;
      }
      try (Socket target = new Socket(broker.getHost(), broker.getPort())) {
        open.add(target);
        target.setTcpNoDelay(true);
        daemon("gateway-broker", () -> toMember(target, member, out));
        if (framing == null) {
          in.transferTo(target.getOutputStream());
        } else {
          toBroker(in, target.getOutputStream());
        }
      }
    } catch (IOException e) {
      // Either side has ended the connection.
    }
  }

  private void toMember(Socket target, Socket member, OutputStream out) {
    byte[] piece = new byte[PIECE];
    try (target;
        member) {
      for (int count = target.getInputStream().read(piece);
          count >= 0;
          count = target.getInputStream().read(piece)) {
        byte[] bytes = Arrays.copyOf(piece, count);
        if (framing == null) {
          out.write(bytes);
        } else {
          framing.send(bytes, out);
        }
        out.flush();
      }
    } catch (IOException e) {
      // Either side has ended the connection.
    }
  }

  private boolean shake(InputStream in, OutputStream out) throws IOException {
    Optional<String> request = WebSocketServer.shake(in, out);
    request.ifPresent(requests::add);
    return request.isPresent();
  }

  private void toBroker(InputStream in, OutputStream target) throws IOException {
    while (true) {
      int first = byteOf(in);
      int second = byteOf(in);
      if ((second & 0x80) == 0) {
        violations.add("a frame without a mask");
      }
      int length = second & 0x7F;
      if (length == 126) {
        length = byteOf(in) << 8 | byteOf(in);
      } else if (length == 127) {
        violations.add("a frame of more than 64 KiB");
        return;
      }
      byte[] mask = in.readNBytes(4);
      byte[] payload = in.readNBytes(length);
      for (int i = 0; i < payload.length; i++) {
        payload[i] ^= mask[i % 4];
      }
      switch (first) {
        case FIN | BINARY -> target.write(payload);
        case FIN | PONG -> pongs.add(payload);
        case FIN | CLOSE -> {
          return;
        }
        default -> violations.add("a frame that begins with " + first);
      }
    }
  }

  private static int byteOf(InputStream in) throws IOException {
    int next = in.read();
    if (next < 0) {
      throw new EOFException();
    }
    return next;
  }

  private static void daemon(String name, Runnable task) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void close() {
    try {
      server.close();
      for (Closeable one : open) {
        one.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
