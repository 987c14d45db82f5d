// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.testkit;

import java.io.IOException;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The table of docs/compatibility.md: what has run without an error on which Spark and which JDK,
 * and when it last did. A run with {@code -Ddocs.update=true} writes what it ran and leaves the
 * rest; any other run prints it. Confined to one thread.
 */
public final class MatrixTable {

  /** What runs. The order is that of the columns. */
  public enum Column {
    /** A query, killed, started again, and run with {@code Trigger.AvailableNow}. */
    LOCAL("QoS 1 and 2, kill -9, restart, AvailableNow"),
    /** A query that an older version, or the same one on another JDK, has started. */
    HANDED_ON("checkpoint and stores taken over"),
    /** Executors that read from each other, with authentication and encryption. */
    CLUSTER("executors: remote reads, authentication, encryption");

    private final String title;

    Column(String title) {
      this.title = title;
    }
  }

  /** Cells before those of {@link Column}. The text before the first bar is one, too. */
  private static final int KEY_CELLS = 4;

  private final GeneratedPart part;

  /** Dates by column, for the first cells of each row. */
  private final Map<String, Map<Column, String>> ran = new TreeMap<>();

  public MatrixTable() {
    this(GeneratedPart.of("docs/compatibility.md", "matrix"));
  }

  MatrixTable(GeneratedPart part) {
    this.part = part;
  }

  /** Notes that something has run without an error. */
  public void ran(SparkVersion spark, int jdk, Column column) {
    put(
        ran,
        "| %s | %s | %d |".formatted(spark.spark(), spark.scala(), jdk),
        column,
        LocalDate.now(ZoneOffset.UTC).toString());
  }

  /** Writes what has run to the page, or prints it. */
  public void updateOrPrint() throws IOException {
    if (Boolean.getBoolean("docs.update")) {
      update();
    } else {
      System.out.println(text(ran));
    }
  }

  void update() throws IOException {
    Map<String, Map<Column, String>> all = page();
    ran.forEach((row, dates) -> dates.forEach((column, date) -> put(all, row, column, date)));
    part.write(text(all));
  }

  private static void put(
      Map<String, Map<Column, String>> rows, String row, Column column, String date) {
    rows.computeIfAbsent(row, key -> new EnumMap<>(Column.class)).put(column, date);
  }

  private static String text(Map<String, Map<Column, String>> rows) {
    Stream<String> head =
        Stream.of(
            "| Spark | Scala | Java | %s |".formatted(cells(column -> column.title)),
            "| --- | --- | --- | %s |".formatted(cells(column -> "---")));
    Stream<String> body =
        rows.entrySet().stream()
            .map(
                row ->
                    "%s %s |"
                        .formatted(
                            row.getKey(),
                            cells(column -> row.getValue().getOrDefault(column, "–"))));
    return Stream.concat(head, body).collect(Collectors.joining("\n"));
  }

  private static String cells(Function<Column, String> cell) {
    return Stream.of(Column.values()).map(cell).collect(Collectors.joining(" | "));
  }

  /** The rows of the page. */
  private Map<String, Map<Column, String>> page() throws IOException {
    Map<String, Map<Column, String>> rows = new TreeMap<>();
    part.read().lines().filter(line -> line.matches("\\| \\d.*")).forEach(line -> add(rows, line));
    return rows;
  }

  private static void add(Map<String, Map<Column, String>> rows, String line) {
    String[] cells = line.split("\\|");
    String row = Stream.of(cells).limit(KEY_CELLS).collect(Collectors.joining("|", "", "|"));
    int cell = KEY_CELLS;
    for (Column column : Column.values()) {
      String date = cells[cell++].strip();
      if (!date.equals("–")) {
        put(rows, row, column, date);
      }
    }
  }
}
