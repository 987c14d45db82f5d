// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.option;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The table of docs/options.md is what the declarations say.
 *
 * <p>To write it anew: {@code mvn -q -pl connector test -Dtest=OptionTableTest
 * -Dreadme.update=true}.
 */
class OptionTableTest {

  private static final Path PAGE =
      Path.of(System.getProperty("basedir", ".")).resolve("../docs/options.md");

  @Test
  void pageHasTheTableOfTheDeclarations() throws IOException {
    String table = OptionTable.render(Options.ALL);
    if (Boolean.getBoolean("readme.update")) {
      OptionTable.write(PAGE, table);
    }
    assertThat(OptionTable.read(PAGE))
        .as(
            "docs/options.md is out of date: run mvn -q -pl connector test"
                + " -Dtest=OptionTableTest -Dreadme.update=true")
        .hasValue(table);
  }

  @Test
  void tableHasOneRowPerOptionUnderItsHead() {
    assertThat(OptionTable.render(Options.ALL).lines())
        .hasSize(Options.ALL.size() + 2)
        .startsWith("| option | default | accepted | meaning |", "| --- | --- | --- | --- |")
        .contains(
            "| `qos` | `1` | 0, 1 or 2 | Asked for in SUBSCRIBE; a lower grant is an error |");
  }

  @Test
  void updateChangesNothingOutsideTheMarkers(@TempDir Path dir) throws IOException {
    Path file = dir.resolve("README.md");
    Files.writeString(
        file, "# Title\n\n<!-- options:begin -->\nold\n<!-- options:end -->\n\nMore.\n");
    OptionTable.write(file, "| new |");
    assertThat(file)
        .hasContent("# Title\n\n<!-- options:begin -->\n| new |\n<!-- options:end -->\n\nMore.\n");
  }

  @Test
  void updateAddsMarkersAtTheEnd(@TempDir Path dir) throws IOException {
    Path file = dir.resolve("README.md");
    Files.writeString(file, "# Title\n");
    assertThat(OptionTable.read(file)).isEmpty();
    OptionTable.write(file, "| new |");
    assertThat(file)
        .hasContent("# Title\n\n<!-- options:begin -->\n| new |\n<!-- options:end -->\n");
  }
}
