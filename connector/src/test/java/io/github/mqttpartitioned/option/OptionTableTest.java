// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.option;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.testkit.GeneratedPart;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The tables of docs/options.md are what the options declare. */
class OptionTableTest {

  @Test
  void pageHasTheTableOfTheDeclarations() throws IOException {
    GeneratedPart.of("docs/options.md", "options")
        .requireOrUpdate(table(DeclaredSourceOptions.ALL));
    GeneratedPart.of("docs/options.md", "read-options")
        .requireOrUpdate(table(DeclaredBatchOptions.ALL));
    GeneratedPart.of("docs/options.md", "sink-options")
        .requireOrUpdate(table(DeclaredSinkOptions.ALL));
  }

  @Test
  void tableHasOneRowPerOptionUnderItsHead() {
    assertThat(table(DeclaredSourceOptions.ALL).lines())
        .hasSize(DeclaredSourceOptions.ALL.size() + 2)
        .startsWith("| option | default | accepted | meaning |", "| --- | --- | --- | --- |")
        .contains(
            "| `qos` | `1` | 0, 1 or 2 | Maximum QoS, requested in SUBSCRIBE. If the broker grants less, the query fails |");
  }

  private static String table(List<Option<?>> options) {
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
    return Stream.of(cells)
        .map(cell -> cell.replace("|", "\\|"))
        .collect(joining(" | ", "| ", " |"));
  }
}
