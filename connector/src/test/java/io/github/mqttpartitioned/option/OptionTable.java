// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.option;

import static java.util.stream.Collectors.joining;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The README's table of options, made from their declarations and kept between two markers. */
final class OptionTable {

  private static final String BEGIN = "<!-- options:begin -->";
  private static final String END = "<!-- options:end -->";

  private OptionTable() {}

  static String render(List<Option<?>> options) {
    return options.stream()
        .map(
            option ->
                row(
                    "`" + option.key() + "`",
                    option.defaultText(),
                    option.accepted(),
                    option.doc()))
        .collect(
            joining(
                "\n",
                row("option", "default", "accepted", "meaning")
                    + "\n"
                    + row("---", "---", "---", "---")
                    + "\n",
                ""));
  }

  private static String row(String... cells) {
    return List.of(cells).stream()
        .map(cell -> cell.replace("|", "\\|"))
        .collect(joining(" | ", "| ", " |"));
  }

  /** What stands between the markers of {@code file}; empty if file or markers are not there. */
  static Optional<String> read(Path file) throws IOException {
    String text = Files.exists(file) ? Files.readString(file) : "";
    int begin = text.indexOf(BEGIN);
    int end = text.indexOf(END);
    return begin < 0 || end < begin
        ? Optional.empty()
        : Optional.of(text.substring(begin + BEGIN.length(), end).strip());
  }

  /** Puts {@code table} between the markers of {@code file}, which are added if not there. */
  static void write(Path file, String table) throws IOException {
    String text = Files.exists(file) ? Files.readString(file) : "";
    if (read(file).isEmpty()) {
      text = (text.isEmpty() ? "" : text.stripTrailing() + "\n\n") + BEGIN + "\n" + END + "\n";
    }
    String before = text.substring(0, text.indexOf(BEGIN) + BEGIN.length());
    String after = text.substring(text.indexOf(END));
    Files.writeString(file, before + "\n" + table + "\n" + after);
  }
}
