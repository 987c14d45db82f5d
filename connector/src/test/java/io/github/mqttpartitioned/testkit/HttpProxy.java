// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * An HTTP proxy that tunnels (CONNECT, RFC 9110, section 9.3.6). Whatever host a client names, it
 * leads to one port of this machine. Thread-safe.
 */
public final class HttpProxy implements AutoCloseable {

  private final ServerSocket server;
  private final String answer;
  private final int target;
  private final List<String> requests = new CopyOnWriteArrayList<>();

  private HttpProxy(String answer, int target) {
    this.answer = answer;
    this.target = target;
    try {
      server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    daemon(this::acceptLoop);
  }

  /** Leads to a port of this machine. */
  public static HttpProxy to(int port) {
    return new HttpProxy("200 OK", port);
  }

  /** Answers each request with a status such as "407 Proxy Authentication Required". */
  public static HttpProxy refusing(String status) {
    return new HttpProxy(status, 0);
  }

  public int port() {
    return server.getLocalPort();
  }

  /** The first line of each request so far. */
  public List<String> requests() {
    return List.copyOf(requests);
  }

  private void acceptLoop() {
    while (!server.isClosed()) {
      try {
        Socket client = server.accept();
        daemon(() -> serve(client));
      } catch (IOException e) {
        return;
      }
    }
  }

  private void serve(Socket client) {
    try (client) {
      InputStream in = client.getInputStream();
      StringBuilder head = new StringBuilder();
      while (head.indexOf("\r\n\r\n") < 0) {
        head.append((char) in.read());
      }
      requests.add(head.substring(0, head.indexOf("\r\n")));
      OutputStream out = client.getOutputStream();
      out.write("HTTP/1.1 %s\r\n\r\n".formatted(answer).getBytes(StandardCharsets.US_ASCII));
      out.flush();
      if (target > 0) {
        try (Socket there = new Socket(InetAddress.getLoopbackAddress(), target)) {
          daemon(() -> copy(there, client));
          in.transferTo(there.getOutputStream());
        }
      }
    } catch (IOException e) {
      // Either side has ended the connection.
    }
  }

  private static void copy(Socket from, Socket to) {
    try (to) {
      from.getInputStream().transferTo(to.getOutputStream());
    } catch (IOException e) {
      // Either side has ended the connection.
    }
  }

  private static void daemon(Runnable task) {
    Thread thread = new Thread(task, "http-proxy");
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
