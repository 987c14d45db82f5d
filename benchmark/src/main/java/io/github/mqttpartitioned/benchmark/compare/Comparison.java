// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.benchmark.compare;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.mqttpartitioned.benchmark.report.Measurements;
import io.github.mqttpartitioned.benchmark.report.Measurements.Row;
import io.github.mqttpartitioned.benchmark.report.Sample;
import io.github.mqttpartitioned.benchmark.report.Table;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Two runs of the same things side by side. A row is marked only when there are five values or more
 * of each, those of one run all lie on one side of those of the other, and the medians are further
 * apart than the least and most value of either run: anything else may be noise. Values of one run
 * share what the machine did in those minutes; a mark that matters is worth a second pair of runs.
 */
public final class Comparison {

  private static final int LEAST_VALUES = 5;

  /** What JMH calls the bytes that an operation allocates. */
  private static final String ALLOCATED = "gc.alloc.rate.norm";

  private Comparison() {}

  /**
   * Reads what a run has printed: one file, or all {@code .txt} and {@code .json} (of JMH) of a
   * directory.
   */
  public static Measurements read(Path place) throws IOException {
    Measurements all = new Measurements();
    try (Stream<Path> files = Files.isDirectory(place) ? Files.list(place) : Stream.of(place)) {
      for (Path file : files.sorted().toList()) {
        String name = file.toString();
        if (name.endsWith(".json")) {
          readJmh(file, all);
        } else if (name.endsWith(".txt")) {
          try (Stream<String> lines = Files.lines(file)) {
            Measurements found = Measurements.parse(lines);
            for (Row row : found.rows()) {
              found
                  .sample(row)
                  .ifPresent(
                      sample ->
                          sample.values().forEach(value -> all.add(row.name(), row.unit(), value)));
            }
          }
        }
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    return all;
  }

  private static void readJmh(Path file, Measurements all) throws IOException {
    for (JsonNode benchmark : new ObjectMapper().readTree(file.toFile())) {
      String name = benchmark.path("benchmark").asText();
      StringBuilder row =
          new StringBuilder(name.substring(name.lastIndexOf('.', name.lastIndexOf('.') - 1) + 1));
      benchmark
          .path("params")
          .properties()
          .forEach(
              param ->
                  row.append(", ")
                      .append(param.getKey())
                      .append(' ')
                      .append(param.getValue().asText()));
      addJmh(row.toString(), benchmark.path("primaryMetric"), all);
      addJmh(row + ", allocated", benchmark.path("secondaryMetrics").path(ALLOCATED), all);
    }
  }

  private static void addJmh(String row, JsonNode metric, Measurements all) {
    for (JsonNode fork : metric.path("rawData")) {
      for (JsonNode value : fork) {
        all.add(row, metric.path("scoreUnit").asText(), value.asDouble());
      }
    }
  }

  /** All rows; one that only one run has is named as such. */
  public static Table table(Measurements before, Measurements after) {
    Table table = new Table("what", "old", "new", "unit", "new / old: medians [least–most]", "");
    for (Row row : after.rows()) {
      Sample now = after.sample(row).orElseThrow();
      before
          .sample(row)
          .ifPresentOrElse(
              old ->
                  table.add(
                      row.name(),
                      Measurements.number(old.median()),
                      Measurements.number(now.median()),
                      row.unit(),
                      String.format(
                          Locale.ROOT,
                          "%.2f [%.2f–%.2f]",
                          now.median() / old.median(),
                          now.least() / old.most(),
                          now.most() / old.least()),
                      mark(row, old, now)),
              () ->
                  table.add(
                      row.name(),
                      "",
                      Measurements.number(now.median()),
                      row.unit(),
                      "",
                      "new alone"));
    }
    for (Row row : before.rows()) {
      if (after.sample(row).isEmpty()) {
        String old = Measurements.number(before.sample(row).orElseThrow().median());
        table.add(row.name(), old, "", row.unit(), "", "old alone");
      }
    }
    return table;
  }

  private static String mark(Row row, Sample old, Sample now) {
    List<Sample> both = List.of(old, now);
    if (both.stream().anyMatch(sample -> sample.values().size() < LEAST_VALUES)) {
      return "";
    }
    double ratio = now.median() / old.median();
    if (Math.max(ratio, 1 / ratio) <= Math.max(spread(old), spread(now))) {
      return "";
    }
    if (now.least() > old.most()) {
      return row.isRate() ? "faster" : "slower";
    }
    if (now.most() < old.least()) {
      return row.isRate() ? "slower" : "faster";
    }
    return "";
  }

  /**
   * How many times the least value the most one is; without end when there is nothing to divide.
   */
  private static double spread(Sample sample) {
    return sample.least() > 0 ? sample.most() / sample.least() : Double.POSITIVE_INFINITY;
  }
}
