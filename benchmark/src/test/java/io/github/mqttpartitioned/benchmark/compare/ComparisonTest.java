// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.benchmark.compare;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.benchmark.report.Measurements;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ComparisonTest {

  private static final String LOW = "100 105 110 115 120";
  private static final String HIGH = "130 135 140 145 150";

  @TempDir private Path folder;

  @Test
  void rowBeyondTheNoiseIsMarked() {
    assertThat(compare("rows/s", LOW, HIGH)).endsWith("| faster |");
    assertThat(compare("rows/s", HIGH, LOW)).endsWith("| slower |");
    assertThat(compare("ms", LOW, HIGH)).endsWith("| slower |");
    assertThat(compare("ms", HIGH, LOW)).endsWith("| faster |");
  }

  @Test
  void rowWithinTheNoiseIsNotMarked() {
    String meets = "100 105 110 115 131";
    assertThat(compare("rows/s", meets, HIGH)).doesNotContain("faster", "slower");
  }

  @Test
  void runThatWasSlowAsAWholeIsNotMarkedWhenItSpreadsAsFar() {
    // Of a client whose code was the same in both.
    String before = "41300 43200 44700 46100 48543";
    String after = "30855 33800 35900 38800 41088";
    assertThat(compare("messages/s", before, after)).doesNotContain("faster", "slower");
  }

  @Test
  void fewerThanFiveValuesSayNothing() {
    assertThat(compare("rows/s", "100 110 105 104", "200 210 220 210 205"))
        .doesNotContain("faster", "slower");
  }

  @Test
  void ratioIsThatOfTheMediansWithItsSpread() {
    assertThat(compare("rows/s", "100 200 300", "200 400 500")).contains("2.00 [0.67–5.00]");
  }

  @Test
  void rowsOfOneRunAloneAreNamed() {
    Measurements before = measured("first", "ms", "1 2 3");
    Measurements after = measured("second", "ms", "1 2 3");
    assertThat(Comparison.table(before, after).toString().lines())
        .hasSize(4)
        .anyMatch(line -> line.contains("old alone"))
        .anyMatch(line -> line.contains("new alone"));
  }

  @Test
  void directoryIsReadWithTheReportsOfScenariosAndOfJmh() throws IOException {
    Files.writeString(folder.resolve("a.txt"), "title\n= read | rows/s | 1.0 2.0\n");
    Files.writeString(folder.resolve("b.txt"), "= read | rows/s | 3.0\n");
    Files.writeString(folder.resolve("picture.svg"), "= read | rows/s | 4.0\n");
    Files.writeString(
        folder.resolve("jmh.json"),
        """
        [{"benchmark": "a.b.StoreBenchmark.append", "params": {"group": "1x100"},
          "primaryMetric": {"scoreUnit": "us/op", "rawData": [[1.5, 2.5], [3.5]]},
          "secondaryMetrics": {
            "gc.alloc.rate.norm": {"scoreUnit": "B/op", "rawData": [[4.0]]}}}]
        """);
    Measurements all = Comparison.read(folder);
    assertThat(values(all, "read", "rows/s")).containsExactly(1.0, 2.0, 3.0);
    assertThat(values(all, "StoreBenchmark.append, group 1x100", "us/op"))
        .containsExactly(1.5, 2.5, 3.5);
    assertThat(values(all, "StoreBenchmark.append, group 1x100, allocated", "B/op"))
        .containsExactly(4.0);
  }

  private static Iterable<Double> values(Measurements all, String name, String unit) {
    return all.sample(new Measurements.Row(name, unit)).orElseThrow().values();
  }

  private static Measurements measured(String name, String unit, String values) {
    return Measurements.parse(("= " + name + " | " + unit + " | " + values).lines());
  }

  private static String compare(String unit, String before, String after) {
    return Comparison.table(measured("row", unit, before), measured("row", unit, after))
        .toString()
        .lines()
        .reduce((first, last) -> last)
        .orElseThrow();
  }
}
