package io.github.mqttpartitioned.receiver;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Stands between a member and its broker and passes bytes on, in order: cuts the first connection
 * after a number of bytes, or passes everything on late and in small pieces.
 */
final class FaultyProxy implements AutoCloseable {

  /** Which way bytes go. */
  enum Direction {
    TO_MEMBER,
    TO_BROKER
  }

  /** How a connection ends. */
  enum End {
    /** FIN: what was sent arrives. */
    CLOSE,
    /** RST: what was not yet read may be lost. */
    RESET,
    /** Nothing: the connection stays and no byte passes any more, either way. */
    SILENCE
  }

  private record Cut(Direction direction, long bytes, End end) {}

  private final URI broker;
  private final Cut cut;
  private final int maxDelayMicros;
  private final int maxPiece;
  private final ServerSocket server;
  private final AtomicInteger connections = new AtomicInteger();
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();
  private volatile boolean hasCut;

  private FaultyProxy(String brokerUrl, Cut cut, int maxDelayMicros, int maxPiece)
      throws IOException {
    this.broker = URI.create(brokerUrl);
    this.cut = cut;
    this.maxDelayMicros = maxDelayMicros;
    this.maxPiece = maxPiece;
    this.server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
    daemon(this::accept);
  }

  /** Ends the first connection once it has passed so many bytes one way; later ones work. */
  static FaultyProxy cutting(String brokerUrl, Direction direction, long bytes, End end)
      throws IOException {
    return new FaultyProxy(brokerUrl, new Cut(direction, bytes, end), 0, 8192);
  }

  /** Passes on pieces of up to {@code maxPiece} bytes, each late by up to that long. */
  static FaultyProxy late(String brokerUrl, int maxDelayMicros, int maxPiece) throws IOException {
    Cut never = new Cut(Direction.TO_MEMBER, Long.MAX_VALUE, End.CLOSE);
    return new FaultyProxy(brokerUrl, never, maxDelayMicros, maxPiece);
  }

  String url() {
    return "tcp://127.0.0.1:" + server.getLocalPort();
  }

  /** Whether the first connection has been ended. */
  boolean hasCut() {
    return hasCut;
  }

  private void accept() {
    try {
      while (true) {
        Socket member = server.accept();
        member.setTcpNoDelay(true);
        Socket target = new Socket(broker.getHost(), broker.getPort());
        target.setTcpNoDelay(true);
        sockets.add(member);
        sockets.add(target);
        boolean first = connections.getAndIncrement() == 0;
        daemon(() -> pass(member, target, first, Direction.TO_BROKER));
        daemon(() -> pass(target, member, first, Direction.TO_MEMBER));
      }
    } catch (IOException e) {
      // Closed by the test.
    }
  }

  private void pass(Socket from, Socket to, boolean first, Direction direction) {
    long left = first && direction == cut.direction ? cut.bytes : Long.MAX_VALUE;
    Random random = new Random(left);
    byte[] piece = new byte[maxPiece];
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      while (left > 0) {
        int count = in.read(piece, 0, (int) Math.min(left, piece.length));
        if (count < 0) {
          break;
        }
        if (maxDelayMicros > 0) {
          LockSupport.parkNanos(1_000L * random.nextInt(maxDelayMicros));
        }
        if (first && hasCut) {
          return;
        }
        out.write(piece, 0, count);
        left -= count;
      }
      end(from, to, left == 0);
    } catch (IOException e) {
      closeQuietly(from);
      closeQuietly(to);
    }
  }

  private void end(Socket from, Socket to, boolean byCut) throws IOException {
    if (byCut) {
      hasCut = true;
    }
    if (byCut && cut.end == End.SILENCE) {
      return;
    }
    if (byCut && cut.end == End.RESET) {
      from.setSoLinger(true, 0);
      to.setSoLinger(true, 0);
    }
    from.close();
    to.close();
  }

  private static void closeQuietly(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static void daemon(Runnable task) {
    Thread thread = new Thread(task, "faulty-proxy");
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void close() throws IOException {
    server.close();
    sockets.forEach(FaultyProxy::closeQuietly);
  }
}
