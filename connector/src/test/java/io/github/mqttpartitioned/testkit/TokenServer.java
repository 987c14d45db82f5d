// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** An OAuth 2 token endpoint on this machine whose answers a test decides. Thread-safe. */
public final class TokenServer implements AutoCloseable {

  /** A request: its Authorization header and its body. */
  public record TokenRequest(String authorization, String body) {}

  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final List<TokenRequest> requests = new CopyOnWriteArrayList<>();
  private volatile int status = 200;
  private volatile String answer = "{}";

  /** Starts one, which answers with a JSON object that is empty. */
  public TokenServer() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 100);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.createContext("/token", this::handle);
    server.setExecutor(threads);
    server.start();
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      String body = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
      requests.add(new TokenRequest(exchange.getRequestHeaders().getFirst("Authorization"), body));
      byte[] bytes = answer.replace("#", String.valueOf(requests.size())).getBytes(UTF_8);
      exchange.getResponseHeaders().set("Content-Type", "application/json");
      exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }

  /** What it answers from now on; each # in the text becomes the number of the request, from 1. */
  public TokenServer answer(int newStatus, String text) {
    status = newStatus;
    answer = text;
    return this;
  }

  /** All requests so far. */
  public List<TokenRequest> requests() {
    return List.copyOf(requests);
  }

  /** The endpoint: {@code http://127.0.0.1:port/token}. */
  public URI url() {
    return URI.create("http://127.0.0.1:%d/token".formatted(server.getAddress().getPort()));
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
