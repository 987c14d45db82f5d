// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.receiver;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Stands between a member and its broker and passes bytes on, in order: cuts the first connections
 * each after a number of bytes, or passes everything on late and in small pieces.
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

  /** The end of a connection, once it has passed so many bytes one way. */
  record Cut(Direction direction, long bytes, End end) {}

  /** One connection of a member. */
  private static final class Connection {
    private final Socket member;
    private final Socket broker;
    private final @Nullable Cut cut;
    private final Map<Direction, AtomicLong> passed = new EnumMap<>(Direction.class);
    private volatile boolean isCut;

    Connection(Socket member, Socket broker, @Nullable Cut cut) {
      this.member = member;
      this.broker = broker;
      this.cut = cut;
      for (Direction direction : Direction.values()) {
        passed.put(direction, new AtomicLong());
      }
    }
  }

  private final URI broker;
  private final List<Cut> cuts;
  private final int maxDelayMicros;
  private final int maxPiece;
  private final ServerSocket server;
  private final List<Connection> connections = new CopyOnWriteArrayList<>();

  private FaultyProxy(String brokerUrl, List<Cut> cuts, int maxDelayMicros, int maxPiece)
      throws IOException {
    this.broker = URI.create(brokerUrl);
    this.cuts = cuts;
    this.maxDelayMicros = maxDelayMicros;
    this.maxPiece = maxPiece;
    this.server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
    daemon(this::accept);
  }

  /** Ends the first connections, each as its cut says; later ones work. */
  static FaultyProxy cutting(String brokerUrl, Cut... cuts) throws IOException {
    return new FaultyProxy(brokerUrl, List.of(cuts), 0, 8192);
  }

  /** Passes on pieces of up to {@code maxPiece} bytes, each late by up to that long. */
  static FaultyProxy late(String brokerUrl, int maxDelayMicros, int maxPiece) throws IOException {
    return new FaultyProxy(brokerUrl, List.of(), maxDelayMicros, maxPiece);
  }

  /** Where it listens; scheme and host are the broker's. */
  String url() {
    return "%s://%s:%d".formatted(broker.getScheme(), broker.getHost(), server.getLocalPort());
  }

  /** Whether every cut has come. */
  boolean hasCut() {
    return connections.stream().filter(each -> each.isCut).count() == cuts.size();
  }

  /** Bytes that the last connection has passed so far. */
  long passed(Direction direction) {
    return connections.get(connections.size() - 1).passed.get(direction).get();
  }

  private void accept() {
    try {
      while (true) {
        Socket member = server.accept();
        member.setTcpNoDelay(true);
        Socket target = new Socket(broker.getHost(), broker.getPort());
        target.setTcpNoDelay(true);
        int number = connections.size();
        Connection connection =
            new Connection(member, target, number < cuts.size() ? cuts.get(number) : null);
        connections.add(connection);
        daemon(() -> pass(connection, Direction.TO_BROKER));
        daemon(() -> pass(connection, Direction.TO_MEMBER));
      }
    } catch (IOException e) {
      // Closed by the test.
    }
  }

  private void pass(Connection connection, Direction direction) {
    Cut cut = connection.cut;
    long left = cut != null && direction == cut.direction ? cut.bytes : Long.MAX_VALUE;
    Random random = new Random(left);
    byte[] piece = new byte[maxPiece];
    boolean toBroker = direction == Direction.TO_BROKER;
    try {
      InputStream in = (toBroker ? connection.member : connection.broker).getInputStream();
      OutputStream out = (toBroker ? connection.broker : connection.member).getOutputStream();
      while (left > 0) {
        int count = in.read(piece, 0, (int) Math.min(left, piece.length));
        if (count < 0) {
          break;
        }
        if (maxDelayMicros > 0) {
          LockSupport.parkNanos(1_000L * random.nextInt(maxDelayMicros));
        }
        if (connection.isCut) {
          return;
        }
        left -= count;
        // Before the last byte has any effect.
        connection.isCut = left == 0;
        connection.passed.get(direction).addAndGet(count);
        out.write(piece, 0, count);
      }
      end(connection, cut != null && left == 0 ? cut.end : End.CLOSE);
    } catch (IOException e) {
      closeQuietly(connection.member);
      closeQuietly(connection.broker);
    }
  }

  private static void end(Connection connection, End end) throws IOException {
    if (end == End.SILENCE) {
      return;
    }
    if (end == End.RESET) {
      connection.member.setSoLinger(true, 0);
      connection.broker.setSoLinger(true, 0);
    }
    connection.member.close();
    connection.broker.close();
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
    for (Connection each : connections) {
      closeQuietly(each.member);
      closeQuietly(each.broker);
    }
  }
}
