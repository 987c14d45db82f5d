// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.benchmark.report;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Rows of text under a header, as a Markdown table that is also readable as it is. The first column
 * is aligned to the left, the others to the right. Confined to one thread.
 */
public final class Table {

  private final List<List<String>> rows = new ArrayList<>();

  public Table(String... header) {
    rows.add(List.of(header));
  }

  /** Adds a row with as many cells as the header has. */
  public void add(String... cells) {
    if (cells.length != rows.get(0).size()) {
      throw new IllegalArgumentException(
          "%d cells under a header of %d".formatted(cells.length, rows.get(0).size()));
    }
    rows.add(List.of(cells));
  }

  @Override
  public String toString() {
    int columns = rows.get(0).size();
    int[] widths =
        IntStream.range(0, columns)
            .map(column -> rows.stream().mapToInt(row -> width(row.get(column))).max().orElse(0))
            .map(width -> Math.max(width, 3))
            .toArray();
    StringBuilder text = new StringBuilder();
    for (int row = 0; row < rows.size(); row++) {
      text.append(line(rows.get(row), widths));
      if (row == 0) {
        text.append(rule(widths));
      }
    }
    return text.toString();
  }

  private static String line(List<String> cells, int[] widths) {
    return IntStream.range(0, cells.size())
        .mapToObj(
            column -> {
              String blanks = " ".repeat(widths[column] - width(cells.get(column)));
              return column == 0 ? cells.get(column) + blanks : blanks + cells.get(column);
            })
        .collect(Collectors.joining(" | ", "| ", " |\n"));
  }

  private static String rule(int[] widths) {
    return IntStream.range(0, widths.length)
        .mapToObj(column -> "-".repeat(widths[column] - 1) + (column == 0 ? "-" : ":"))
        .collect(Collectors.joining(" | ", "| ", " |\n"));
  }

  private static int width(String text) {
    return text.codePointCount(0, text.length());
  }
}
