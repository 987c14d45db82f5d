package io.github.mqttpartitioned.benchmark.compare;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.benchmark.report.Measurements;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ComparisonTest {

  @TempDir private Path folder;

  @Test
  void rowBeyondTheNoiseIsMarked() {
    assertThat(compare("rows/s", "100 110 120", "130 140 150")).endsWith("| faster |");
    assertThat(compare("rows/s", "130 140 150", "100 110 120")).endsWith("| slower |");
    assertThat(compare("ms", "100 110 120", "130 140 150")).endsWith("| slower |");
    assertThat(compare("ms", "130 140 150", "100 110 120")).endsWith("| faster |");
  }

  @Test
  void rowWithinTheNoiseIsNotMarked() {
    assertThat(compare("rows/s", "100 110 131", "130 140 150")).doesNotContain("faster", "slower");
  }

  @Test
  void fewerThanThreeValuesSayNothing() {
    assertThat(compare("rows/s", "100 110", "200 210 220")).doesNotContain("faster", "slower");
  }

  @Test
  void ratioIsThatOfTheMediansWithItsSpread() {
    assertThat(compare("rows/s", "100 200 300", "200 400 500")).contains("2.00 [0.67–5.00]");
  }

  @Test
  void rowsOfOneRunAloneAreLeftOut() {
    Measurements before = measured("old alone", "ms", "1 2 3");
    Measurements after = measured("new alone", "ms", "1 2 3");
    assertThat(Comparison.table(before, after).toString().lines()).hasSize(2);
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
          "primaryMetric": {"scoreUnit": "us/op", "rawData": [[1.5, 2.5], [3.5]]}}]
        """);
    Measurements all = Comparison.read(folder);
    assertThat(values(all, "read", "rows/s")).containsExactly(1.0, 2.0, 3.0);
    assertThat(values(all, "StoreBenchmark.append, group 1x100", "us/op"))
        .containsExactly(1.5, 2.5, 3.5);
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
