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
 * Two runs of the same things side by side. A row is marked only when the values of one run all lie
 * on one side of those of the other, and there are three or more of each: anything else may be
 * noise.
 */
public final class Comparison {

  private static final int LEAST_VALUES = 3;

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
      JsonNode metric = benchmark.path("primaryMetric");
      for (JsonNode fork : metric.path("rawData")) {
        for (JsonNode value : fork) {
          all.add(row.toString(), metric.path("scoreUnit").asText(), value.asDouble());
        }
      }
    }
  }

  /** The rows that both runs have. */
  public static Table table(Measurements before, Measurements after) {
    Table table = new Table("what", "old", "new", "unit", "new / old: medians [least–most]", "");
    for (Row row : after.rows()) {
      before
          .sample(row)
          .ifPresent(
              old -> {
                Sample now = after.sample(row).orElseThrow();
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
                    mark(row, old, now));
              });
    }
    return table;
  }

  private static String mark(Row row, Sample old, Sample now) {
    List<Sample> both = List.of(old, now);
    if (both.stream().anyMatch(sample -> sample.values().size() < LEAST_VALUES)) {
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
}
