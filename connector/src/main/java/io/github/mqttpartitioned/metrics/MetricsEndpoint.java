// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.metrics;

import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_METRICS_PORT_UNAVAILABLE;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves {@code GET /metrics} in Prometheus' text format, and nothing else. Thread-safe.
 *
 * <p>It speaks HTTP without authentication, as Prometheus expects by default. So it listens on the
 * loopback address unless the user names another one. It shows names of the group and of nodes, and
 * counts: no topic, no payload, no secret.
 */
public final class MetricsEndpoint implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(MetricsEndpoint.class);
  private static final String PATH = "/metrics";
  private static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";
  private static final int THREADS = 2;
  private static final int OK = 200;
  private static final int NOT_FOUND = 404;
  private static final int METHOD_NOT_ALLOWED = 405;
  private static final int FAILED = 500;

  private final HttpServer server;
  private final ExecutorService threads;
  private final Supplier<String> text;

  private MetricsEndpoint(HttpServer server, Supplier<String> text) {
    this.server = server;
    this.text = text;
    this.threads =
        Executors.newFixedThreadPool(
            THREADS,
            task -> {
              Thread thread = new Thread(task, "mqtt-metrics");
              thread.setDaemon(true);
              return thread;
            });
  }

  /**
   * Begins to listen.
   *
   * @param address unresolved; port 0 for a free one
   * @param text gives the text of one scrape; called by up to two threads
   * @throws IllegalStateException when the port cannot be opened on the address
   */
  public static MetricsEndpoint open(InetSocketAddress address, Supplier<String> text) {
    HttpServer server;
    try {
      server =
          HttpServer.create(
              new InetSocketAddress(
                  InetAddress.getByName(address.getHostString()), address.getPort()),
              0);
    } catch (IOException e) {
      throw new IllegalStateException(
          MQTT_METRICS_PORT_UNAVAILABLE.message(
              """
              Cannot open metricsPort on %s, port %d: %s. Give each query a port of its own that \
              no other process uses, and an address of the driver's host. Port 0 takes a free port"""
                  .formatted(address.getHostString(), address.getPort(), e.getMessage())),
          e);
    }
    MetricsEndpoint endpoint = new MetricsEndpoint(server, text);
    server.setExecutor(endpoint.threads);
    server.createContext("/", endpoint::handle);
    server.start();
    LOG.info("The endpoint serves metrics for Prometheus at {}", endpoint.url());
    return endpoint;
  }

  /** Where it is served. */
  public String url() {
    InetSocketAddress bound = server.getAddress();
    String host = bound.getAddress().getHostAddress();
    return "http://%s:%d%s"
        .formatted(host.contains(":") ? "[" + host + "]" : host, bound.getPort(), PATH);
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      String method = exchange.getRequestMethod();
      if (!exchange.getRequestURI().getPath().equals(PATH)) {
        answer(exchange, NOT_FOUND, "Only " + PATH + " is served here.\n");
      } else if (!method.equals("GET") && !method.equals("HEAD")) {
        exchange.getResponseHeaders().set("Allow", "GET, HEAD");
        answer(exchange, METHOD_NOT_ALLOWED, "Only GET and HEAD are allowed.\n");
      } else {
        scrape(exchange);
      }
    }
  }

  private void scrape(HttpExchange exchange) throws IOException {
    String body;
    try {
      body = text.get();
    } catch (RuntimeException e) {
      LOG.warn("The meters cannot be served", e);
      answer(exchange, FAILED, "The meters cannot be served now; the driver's log says why.\n");
      return;
    }
    exchange.getResponseHeaders().set("Content-Type", CONTENT_TYPE);
    answer(exchange, OK, body);
  }

  private static void answer(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    if (exchange.getRequestMethod().equals("HEAD")) {
      exchange.sendResponseHeaders(status, -1);
      return;
    }
    // The server takes a length of 0 for an unknown length.
    exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
    try (OutputStream out = exchange.getResponseBody()) {
      out.write(bytes);
    }
  }

  /** Frees the port. */
  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
