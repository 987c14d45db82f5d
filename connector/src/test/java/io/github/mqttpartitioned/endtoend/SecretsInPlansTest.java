// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.testkit.ChildJvm;
import io.github.mqttpartitioned.testkit.Gateway;
import io.github.mqttpartitioned.testkit.SparkRuntime;
import io.github.mqttpartitioned.testkit.TestBroker;
import io.github.mqttpartitioned.testkit.TestBrokers;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What Spark shows of options: explained plans, the UI, the event log and the log. {@code
 * VersionMatrixIT} has the same of each Spark.
 */
class SecretsInPlansTest {

  private static final Duration LIMIT = Duration.ofMinutes(3);

  // No word in them, nor in their options' names, has Spark hide them by itself.
  private static final String HEADER = "value-5f2c-of-the-header";
  private static final String QUERY = "value-9a41-of-the-query";

  @Test
  void valuesOfHeadersAndQueriesAreNowhere(@TempDir Path folder) throws Exception {
    check(SparkRuntime.chosen(), folder);
  }

  static void check(SparkRuntime runtime, Path folder) throws Exception {
    Path events = Files.createDirectories(folder.resolve("events"));
    try (TestBroker broker = TestBrokers.start();
        Gateway gateway = Gateway.webSocket(broker.url(), SecretsInPlansTest::frame);
        ChildJvm spark =
            ChildJvm.of(PlansProcess.class, folder.resolve("checkpoints").toString())
                // The event log has the command line.
                .environment("TEST_URL", gateway.url("127.0.0.1") + "?account=" + QUERY)
                .environment("TEST_HEADER", HEADER)
                .runtime(runtime)
                .property("spark.eventLog.enabled", "true")
                .property("spark.eventLog.compress", "false")
                .property("spark.eventLog.dir", events.toUri().toString())
                .heapMiB(768)
                .start()) {
      spark.awaitLine("[1-9]\\d* messages are stored", LIMIT);
      spark.awaitLine("all printed", LIMIT);
      List<String> shown = new ArrayList<>(spark.lines());
      shown.addAll(lines(events));
      assertThat(shown)
          .noneMatch(line -> line.contains(HEADER) || line.contains(QUERY))
          .anyMatch(line -> line.contains("websocket.header.X-Account=*********(redacted)"));
    }
  }

  private static void frame(byte[] bytes, OutputStream out) throws IOException {
    out.write(Gateway.frame(Gateway.FIN | Gateway.BINARY, bytes));
  }

  private static List<String> lines(Path events) throws Exception {
    List<String> lines = new ArrayList<>();
    try (Stream<Path> files = Files.walk(events)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        lines.addAll(Files.readAllLines(file, StandardCharsets.UTF_8));
      }
    }
    assertThat(lines).anyMatch(line -> line.contains("SparkListenerSQLExecutionStart"));
    return lines;
  }
}
