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
  void wrongUsageSaysWhatIsWrongAndWhatThereIs() {
    assertThat(run()).isEqualTo(2);
    assertThat(errors()).contains("What shall be measured?", "e2e <scenario>", "jmh [pattern]");
    assertThat(run("run")).isEqualTo(2);
    assertThat(errors()).contains("There is no command 'run'.");
    assertThat(run("e2e")).isEqualTo(2);
    assertThat(errors()).contains("Which scenario?", "Scenario ingest:", "Scenario read:");
    assertThat(run("e2e", "write")).isEqualTo(2);
    assertThat(errors()).contains("There is no scenario 'write'.");
    assertThat(run("e2e", "ingest", "--rounds", "0")).isEqualTo(2);
    assertThat(errors()).contains("--rounds is 0; accepted are 1 to 1,000");
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
