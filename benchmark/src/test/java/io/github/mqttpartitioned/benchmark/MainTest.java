// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class MainTest {

  private final ByteArrayOutputStream errors = new ByteArrayOutputStream();

  @Test
  void withoutACommandOrAScenarioItSaysWhichThereAre() {
    assertThat(run()).isEqualTo(2);
    assertThat(errors()).contains("e2e", "jmh", "compare", "plot");
    assertThat(run("e2e")).isEqualTo(2);
    assertThat(errors()).contains("ingest", "broker", "read", "cold", "latency", "scale");
  }

  @Test
  void aWrongNameIsAnsweredWithTheNearestOne() {
    assertThat(run("comparison")).isEqualTo(2);
    assertThat(errors()).contains("'comparison'", "compare");
    assertThat(run("e2e", "reed")).isEqualTo(2);
    assertThat(errors()).contains("'reed'", "read");
    assertThat(run("e2e", "ingest", "--mesages", "10")).isEqualTo(2);
    assertThat(errors()).contains("'--mesages'", "--messages");
  }

  @Test
  void aWrongValueIsAnsweredWithWhatIsAccepted() {
    assertThat(run("e2e", "ingest", "--rounds", "0")).isEqualTo(2);
    assertThat(errors()).contains("'--rounds'", "0; accepted are 1 to 1,000");
    assertThat(run("compare", "old")).isEqualTo(2);
    assertThat(errors()).contains("<new>");
  }

  @Test
  void everyScenarioExplainsItsOptions() {
    for (String scenario : List.of("ingest", "broker", "read", "cold", "latency", "scale")) {
      assertThat(run("e2e", scenario, "--help")).isZero();
    }
  }

  @Test
  @Timeout(60)
  void jmhThatIsAskedForItsListMeasuresNothing() {
    assertThat(run("jmh", "-l")).isZero();
  }

  @Test
  void jmhPatternWithoutABenchmarkIsWrongUsage() {
    assertThat(run("jmh", "NoSuchBenchmark")).isEqualTo(2);
    assertThat(errors()).contains("no benchmark matches");
  }

  @Test
  void jmhBenchmarkThatFailsIsAFailure() {
    assertThat(run("jmh", "StoreBenchmark.read", "-p", "group=broken", "-f", "0")).isEqualTo(1);
  }

  @Test
  void ingestCountsRight() {
    assertThat(run("e2e", "ingest", "--check", "--messages", "5000")).isZero();
  }

  @Test
  void ingestCountsRightOverEachTransport() {
    assertThat(
            run(
                "e2e",
                "ingest",
                "--check",
                "--messages",
                "5000",
                "--sides",
                "connector",
                "--transport",
                "tcp,ssl,ws,wss"))
        .isZero();
  }

  @Test
  void plotDrawsFilesOfResultsAndPassesDirectoriesOver(@TempDir Path directory) throws IOException {
    Files.createDirectory(directory.resolve("more-results"));
    Files.writeString(directory.resolve("idle.txt"), "= scale, idle | % of a core | 1.5 2.0\n");
    Files.writeString(directory.resolve("notes"), "nothing measured\n");

    assertThat(run("plot", directory.toString())).isZero();

    assertThat(directory.resolve("idle-percent-of-a-core.svg")).isRegularFile();
    assertThat(directory).isDirectoryNotContaining("glob:**notes-*");
  }

  private int run(String... arguments) {
    errors.reset();
    PrintStream stream = new PrintStream(errors, true, StandardCharsets.UTF_8);
    return Main.run(List.of(arguments), System.out, stream);
  }

  private String errors() {
    return errors.toString(StandardCharsets.UTF_8);
  }
}
