// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.testkit.MatrixTable.Column;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MatrixTableTest {

  @Test
  void writesWhatRanAndLeavesTheRest(@TempDir Path dir) throws IOException {
    Path page = dir.resolve("page.md");
    Files.writeString(page, "<!-- m:begin -->\n<!-- m:end -->\n");
    SparkVersion oldest = SparkVersion.SUPPORTED.get(0);
    MatrixTable first = new MatrixTable(GeneratedPart.in(page, "m"));
    first.ran(oldest, 21, Column.CLUSTER);
    first.update();
    String before =
        Files.readString(page)
            .lines()
            .filter(line -> line.contains(" 21 "))
            .findAny()
            .orElseThrow();
    assertThat(before)
        .matches("\\| 3\\.5\\.9 \\| 2\\.12 \\| 21 \\| – \\| – \\| \\d{4}-\\d\\d-\\d\\d \\|");
    // Another day.
    Files.writeString(
        page, Files.readString(page).replaceAll("\\d{4}-\\d\\d-\\d\\d", "2020-01-02"));
    MatrixTable second = new MatrixTable(GeneratedPart.in(page, "m"));
    second.ran(oldest, 17, Column.LOCAL);
    second.ran(oldest, 21, Column.HANDED_ON);
    second.update();
    assertThat(Files.readString(page).lines().map(line -> line.replaceAll("202[1-9]-..-..", "now")))
        .containsExactly(
            "<!-- m:begin -->",
            "| Spark | Scala | Java | QoS 1 and 2, kill -9, restart, AvailableNow | checkpoint and"
                + " stores taken over | executors: remote reads, authentication, encryption |",
            "| --- | --- | --- | --- | --- | --- |",
            "| 3.5.9 | 2.12 | 17 | now | – | – |",
            "| 3.5.9 | 2.12 | 21 | – | now | 2020-01-02 |",
            "<!-- m:end -->");
  }
}
