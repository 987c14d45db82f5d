// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.receiver;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Passes bytes on to a broker until it is told to be silent: the connections that there are stay
 * open and bring nothing any more, as when a host has vanished without a FIN. New ones work.
 */
final class SilentProxy implements AutoCloseable {

  private final URI broker;
  private final ServerSocket server;
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();
  private final AtomicInteger generation = new AtomicInteger();

  SilentProxy(String brokerUrl) throws IOException {
    broker = URI.create(brokerUrl);
    server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
    daemon(this::accept);
  }

  /** Where it listens; scheme and host are the broker's. */
  String url() {
    return "%s://%s:%d".formatted(broker.getScheme(), broker.getHost(), server.getLocalPort());
  }

  void silence() {
    generation.incrementAndGet();
  }

  private void accept() {
    try {
      while (true) {
        Socket client = server.accept();
        Socket target = new Socket(broker.getHost(), broker.getPort());
        sockets.add(client);
        sockets.add(target);
        int mine = generation.get();
        daemon(() -> pass(client, target, mine));
        daemon(() -> pass(target, client, mine));
      }
    } catch (IOException e) {
      // Closed by the test.
    }
  }

  private void pass(Socket from, Socket to, int mine) {
    byte[] piece = new byte[8192];
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int count = in.read(piece); count >= 0; count = in.read(piece)) {
        if (generation.get() == mine) {
          out.write(piece, 0, count);
        }
      }
      if (generation.get() == mine) {
        to.close();
      }
    } catch (IOException e) {
      // One side is gone, so the other one is closed, except in a silenced pair.
      if (generation.get() == mine) {
        closeQuietly(to);
      }
    }
  }

  private static void closeQuietly(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static void daemon(Runnable task) {
    Thread thread = new Thread(task, "silent-proxy");
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void close() throws IOException {
    server.close();
    sockets.forEach(SilentProxy::closeQuietly);
  }
}
