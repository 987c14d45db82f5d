// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Passes bytes on to a broker, and cuts each connection when the client has sent so many. Both
 * directions are cut at once, so confirmations are lost with it. Thread-safe.
 */
public final class CuttingProxy implements AutoCloseable {

  private final URI broker;
  private final long bytes;
  private final ServerSocket server;
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();
  private final AtomicInteger cuts = new AtomicInteger();

  private CuttingProxy(String brokerUrl, long bytes) throws IOException {
    this.broker = URI.create(brokerUrl);
    this.bytes = bytes;
    this.server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
    daemon(this::accept);
  }

  /**
   * Starts one.
   *
   * @param bytes that a client may send on one connection
   */
  public static CuttingProxy start(String brokerUrl, long bytes) {
    try {
      return new CuttingProxy(brokerUrl, bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Where it listens. */
  public String url() {
    return Scheme.TCP.url(server.getLocalPort());
  }

  /** Connections cut so far. */
  public int cuts() {
    return cuts.get();
  }

  private void accept() {
    try {
      while (true) {
        Socket client = server.accept();
        Socket target = new Socket(broker.getHost(), broker.getPort());
        target.setTcpNoDelay(true);
        client.setTcpNoDelay(true);
        sockets.add(client);
        sockets.add(target);
        daemon(() -> pass(client, target, bytes));
        daemon(() -> pass(target, client, Long.MAX_VALUE));
      }
    } catch (IOException e) {
      // Closed by the test.
    }
  }

  private void pass(Socket from, Socket to, long most) {
    byte[] piece = new byte[1 << 14];
    try (from;
        to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      long left = most;
      for (int count = in.read(piece); count >= 0; count = in.read(piece)) {
        out.write(piece, 0, (int) Math.min(count, left));
        left -= count;
        if (left <= 0) {
          cuts.incrementAndGet();
          return;
        }
      }
    } catch (IOException e) {
      // One side is gone, so the other one is closed.
    }
  }

  private static void daemon(Runnable task) {
    Thread thread = new Thread(task, "cutting-proxy");
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void close() {
    try {
      server.close();
      for (Socket socket : sockets) {
        socket.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
