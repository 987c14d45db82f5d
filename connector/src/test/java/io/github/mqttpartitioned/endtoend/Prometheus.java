// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.endtoend;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.github.mqttpartitioned.testkit.Await;
import java.io.File;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A real Prometheus, of the binaries on the PATH, that scrapes one target every second. */
final class Prometheus implements AutoCloseable {

  private static final Duration START_LIMIT = Duration.ofMinutes(1);
  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  private final HttpClient client = HttpClient.newHttpClient();
  private final Process process;
  private final String url;

  /**
   * Starts it.
   *
   * @param folder for its configuration and data
   * @param target host:port of {@code /metrics}
   * @param rules content of a rule file
   */
  Prometheus(Path folder, String target, String rules) throws IOException {
    Files.writeString(folder.resolve("rules.yml"), rules);
    Path config =
        Files.writeString(
            folder.resolve("prometheus.yml"),
            """
            global:
              scrape_interval: 1s
              scrape_timeout: 1s
              evaluation_interval: 1s
            rule_files: [rules.yml]
            scrape_configs:
              - job_name: mqtt-partitioned
                static_configs:
                  - targets: ["%s"]
            """
                .formatted(target));
    int port = freePort();
    url = "http://127.0.0.1:" + port;
    process =
        new ProcessBuilder(
                find("prometheus").orElseThrow().toString(),
                "--config.file=" + config,
                "--storage.tsdb.path=" + folder.resolve("data"),
                "--web.listen-address=127.0.0.1:" + port)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("prometheus.log").toFile())
            .start();
    Await.until("Prometheus to be ready", START_LIMIT, this::isReady);
  }

  /** A program of the PATH. */
  static Optional<Path> find(String program) {
    return Stream.of(System.getenv("PATH").split(File.pathSeparator))
        .map(folder -> Path.of(folder, program))
        .filter(Files::isExecutable)
        .findFirst();
  }

  static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private boolean isReady() {
    try {
      return get("/-/ready").statusCode() == 200;
    } catch (ConnectException e) {
      return false;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** The result of an expression now: its series. */
  JsonNode query(String expression) {
    try {
      HttpResponse<String> response =
          get("/api/v1/query?query=" + URLEncoder.encode(expression, StandardCharsets.UTF_8));
      JsonNode answer = MAPPER.readTree(response.body());
      if (!answer.path("status").asText().equals("success")) {
        throw new AssertionError(expression + ": " + response.body());
      }
      return answer.path("data").path("result");
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** How many series of an alert fire. */
  int firing(String alert) {
    return query("ALERTS{alertname=~\"%s\",alertstate=\"firing\"}".formatted(alert)).size();
  }

  private HttpResponse<String> get(String path) throws IOException {
    try {
      return client.send(
          HttpRequest.newBuilder(URI.create(url + path)).build(), BodyHandlers.ofString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(30, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
