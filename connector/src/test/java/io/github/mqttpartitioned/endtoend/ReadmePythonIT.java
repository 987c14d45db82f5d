// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.endtoend;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.mqttpartitioned.testkit.Await;
import io.github.mqttpartitioned.testkit.Full;
import io.github.mqttpartitioned.testkit.Publisher;
import io.github.mqttpartitioned.testkit.Snippet;
import io.github.mqttpartitioned.testkit.Spark;
import io.github.mqttpartitioned.testkit.TestBroker;
import io.github.mqttpartitioned.testkit.TestBrokers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The Python example of README.md, with the jar that README.md names. */
class ReadmePythonIT {

  /** The interpreter, which {@code -Dpython=…} may name. */
  private static final String PYTHON = System.getProperty("python", "python3");

  private static final Duration DEADLINE = Duration.ofMinutes(2);

  @TempDir Path folder;

  @Test
  void isPython() throws Exception {
    assumeTrue(runs("--version"), PYTHON + " is not on the PATH");
    Path script = folder.resolve("sensors.py");
    Files.writeString(script, Snippet.of("README.md", "python").text());
    Process check = python("-m", "py_compile", script.toString());
    assertThat(check.waitFor()).as("see python.txt").isZero();
  }

  @Tag(Full.TAG)
  @Test
  void feedsParquet() throws Exception {
    assumeTrue(
        runs("-c", "import pyspark; assert pyspark.__version__.startswith('4.2.')"),
        PYTHON + " has no pyspark 4.2");
    try (TestBroker broker = TestBrokers.start()) {
      Path script = folder.resolve("sensors.py");
      Files.writeString(
          script,
          Snippet.of("README.md", "python")
              .with("tcp://localhost:1883", broker.url())
              .with("/data/", folder + "/")
              .text());
      Process example = python(script.toString());
      try {
        try (Publisher publisher =
            Publisher.to(broker.url()).untilMatched(true).patience(DEADLINE).connect()) {
          publisher.publish("factory/1/temperature", "21".getBytes(UTF_8), 1);
          publisher.awaitAcknowledged(DEADLINE);
        }
        Await.value("the row", DEADLINE, this::rows, List.of("factory/1/temperature 21")::equals);
        assertThat(example.isAlive()).isTrue();
      } finally {
        example.descendants().forEach(ProcessHandle::destroyForcibly);
        example.destroyForcibly();
        System.out.println(Files.readString(folder.resolve("python.txt")));
      }
    }
  }

  private List<String> rows() {
    Path output = folder.resolve("sensors");
    if (!Files.exists(output.resolve("_spark_metadata"))) {
      return List.of();
    }
    return Stream.of((Row[]) Spark.session().read().parquet(output.toString()).collect())
        .map(row -> row.getString(0) + " " + row.getString(1))
        .toList();
  }

  private boolean runs(String... arguments) throws InterruptedException {
    try {
      Process process = python(arguments);
      return process.waitFor(1, TimeUnit.MINUTES) && process.exitValue() == 0;
    } catch (IOException e) {
      return false;
    }
  }

  private Process python(String... arguments) throws IOException {
    List<String> command = Stream.concat(Stream.of(PYTHON), Stream.of(arguments)).toList();
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(
                ProcessBuilder.Redirect.appendTo(folder.resolve("python.txt").toFile()));
    // As pyspark takes what spark-submit is given.
    builder
        .environment()
        .put(
            "PYSPARK_SUBMIT_ARGS",
            "--master local[2] --jars " + System.getProperty("connector.jar") + " pyspark-shell");
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.environment().put("SPARK_LOCAL_IP", "127.0.0.1");
    return builder.start();
  }
}
