// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.benchmark.report;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * All that one run has measured, in rows with one value for each round; printed as a table, and as
 * lines that {@link #parse} reads again:
 *
 * <pre>
 *   = ingest, QoS 1, connector | messages/s | 2000000.0 2100000.0
 * </pre>
 *
 * Confined to one thread.
 */
public final class Measurements {

  private static final String MARK = "= ";
  private static final String SEPARATOR = " | ";
  private static final int FIELDS = 3;

  /**
   * What is measured.
   *
   * @param name the same in every run of the same thing
   * @param unit of its values; of one that ends in {@code /s} more is better, of any other less
   */
  public record Row(String name, String unit) {

    /** Whether a larger value is a better one. */
    public boolean isRate() {
      return unit.endsWith("/s");
    }
  }

  private final Map<Row, Sample> samples = new LinkedHashMap<>();

  public void add(String name, String unit, double value) {
    samples.computeIfAbsent(new Row(name, unit), none -> new Sample()).add(value);
  }

  /** The rows in the order in which they came first. */
  public List<Row> rows() {
    return List.copyOf(samples.keySet());
  }

  public Optional<Sample> sample(Row row) {
    return Optional.ofNullable(samples.get(row));
  }

  public boolean isEmpty() {
    return samples.isEmpty();
  }

  /** Prints a table for people, and below it the lines for {@link #parse}. */
  public void print(PrintStream out) {
    Table table = new Table("what", "median", "least", "most", "unit");
    samples.forEach(
        (row, sample) ->
            table.add(
                row.name(),
                number(sample.median()),
                number(sample.least()),
                number(sample.most()),
                row.unit()));
    out.println();
    out.print(table);
    out.println();
    samples.forEach(
        (row, sample) ->
            out.println(
                MARK
                    + row.name()
                    + SEPARATOR
                    + row.unit()
                    + SEPARATOR
                    + sample.values().stream()
                        .map(value -> String.format(Locale.ROOT, "%.3f", value))
                        .collect(Collectors.joining(" "))));
  }

  /** Reads the lines that {@link #print} has written among others. */
  public static Measurements parse(Stream<String> lines) {
    Measurements found = new Measurements();
    lines
        .filter(line -> line.startsWith(MARK))
        .forEach(
            line -> {
              List<String> fields = List.of(line.substring(MARK.length()).split(" \\| ", -1));
              if (fields.size() != FIELDS) {
                throw new IllegalArgumentException(
                    "'%s' is no measurement: expected name | unit | values".formatted(line));
              }
              for (String value : new ArrayList<>(List.of(fields.get(2).split(" ", -1)))) {
                found.add(fields.get(0), fields.get(1), Double.parseDouble(value));
              }
            });
    return found;
  }

  /** With as many digits as say something. */
  public static String number(double value) {
    double size = Math.abs(value);
    return String.format(Locale.ROOT, size >= 100 ? "%,.0f" : size >= 1 ? "%,.1f" : "%.3f", value);
  }
}
