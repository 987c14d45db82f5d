// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.benchmark.sink;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A broker that confirms each message of QoS 1 at once, all of one read in one write, and does
 * nothing else with it. One thread for each connection.
 */
final class ConfirmingBroker implements AutoCloseable {

  private static final int BUFFER_BYTES = 1 << 20;
  private static final int CONNECT = 1;
  private static final int PUBLISH = 3;
  private static final int PINGREQ = 12;
  private static final byte[] CONNACK = {0x20, 3, 0, 0, 0};
  private static final byte[] PINGRESP = {(byte) 0xD0, 0};

  private final ServerSocketChannel server;
  private final AtomicLong received = new AtomicLong();

  private ConfirmingBroker() throws IOException {
    server =
        ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    daemon(this::accept);
  }

  static ConfirmingBroker start() {
    try {
      return new ConfirmingBroker();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  String url() {
    return "tcp://127.0.0.1:" + server.socket().getLocalPort();
  }

  /** Messages so far, of all connections. */
  long received() {
    return received.get();
  }

  private void accept() {
    try {
      while (true) {
        SocketChannel client = server.accept();
        client.setOption(StandardSocketOptions.TCP_NODELAY, true);
        daemon(() -> serve(client));
      }
    } catch (IOException e) {
      // Closed.
    }
  }

  private void serve(SocketChannel client) {
    ByteBuffer in = ByteBuffer.allocate(BUFFER_BYTES);
    ByteBuffer out = ByteBuffer.allocate(BUFFER_BYTES);
    try (client) {
      while (client.read(in) >= 0) {
        in.flip();
        long messages = 0;
        while (take(in, out)) {
          messages++;
        }
        in.compact();
        received.addAndGet(messages);
        out.flip();
        while (out.hasRemaining()) {
          client.write(out);
        }
        out.clear();
      }
    } catch (IOException e) {
      // The client has gone.
    }
  }

  /** Takes packets up to a PUBLISH; false if there is none. */
  private static boolean take(ByteBuffer in, ByteBuffer out) {
    while (in.remaining() >= 2) {
      int start = in.position();
      int length = 0;
      int at = start + 1;
      int shift = 0;
      boolean more = true;
      while (more && at < in.limit()) {
        int next = in.get(at++);
        length |= (next & 0x7F) << shift;
        shift += 7;
        more = next < 0;
      }
      if (more || in.limit() - at < length) {
        return false;
      }
      int header = in.get(start) & 0xFF;
      in.position(at + length);
      switch (header >>> 4) {
        case CONNECT -> out.put(CONNACK);
        case PINGREQ -> out.put(PINGRESP);
        case PUBLISH -> {
          int id = at + 2 + (in.getShort(at) & 0xFFFF);
          out.putInt(0x4002 << 16 | (in.getShort(id) & 0xFFFF));
          return true;
        }
        default -> {}
      }
    }
    return false;
  }

  private static void daemon(Runnable task) {
    Thread thread = new Thread(task, "confirming-broker");
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void close() {
    try {
      server.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
