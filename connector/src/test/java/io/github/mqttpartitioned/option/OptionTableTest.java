// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.option;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.testkit.GeneratedPart;
import java.io.IOException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The table of docs/options.md is what {@link Options} declares. */
class OptionTableTest {

  @Test
  void pageHasTheTableOfTheDeclarations() throws IOException {
    GeneratedPart.of("docs/options.md", "options").requireOrUpdate(table());
  }

  @Test
  void tableHasOneRowPerOptionUnderItsHead() {
    assertThat(table().lines())
        .hasSize(Options.ALL.size() + 2)
        .startsWith("| option | default | accepted | meaning |", "| --- | --- | --- | --- |")
        .contains(
            "| `qos` | `1` | 0, 1 or 2 | Maximum QoS, requested in SUBSCRIBE. If the broker grants less, the query fails |");
  }

  private static String table() {
    return Options.ALL.stream()
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
    return Stream.of(cells)
        .map(cell -> cell.replace("|", "\\|"))
        .collect(joining(" | ", "| ", " |"));
  }
}
