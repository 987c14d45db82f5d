// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GeneratedPartTest {

  @Test
  void writingChangesNothingOutsideTheMarkers(@TempDir Path dir) throws IOException {
    Path page = dir.resolve("page.md");
    Files.writeString(page, "# Title\n\n<!-- t:begin -->\nold\n<!-- t:end -->\n\nMore.\n");
    GeneratedPart.in(page, "t").write("| new |");
    assertThat(page).hasContent("# Title\n\n<!-- t:begin -->\n| new |\n<!-- t:end -->\n\nMore.\n");
  }

  @Test
  void writesBetweenMarkersThatHaveNothingBetweenThem(@TempDir Path dir) throws IOException {
    Path page = dir.resolve("page.md");
    Files.writeString(page, "<!-- t:begin -->\n<!-- t:end -->\n");
    GeneratedPart part = GeneratedPart.in(page, "t");
    assertThat(part.read()).isEmpty();
    part.write("| new |");
    assertThat(part.read()).isEqualTo("| new |");
  }

  @Test
  void pageThatIsOutOfDateOrHasNoMarkersFails(@TempDir Path dir) throws IOException {
    Path page = dir.resolve("page.md");
    Files.writeString(page, "<!-- t:begin -->\nold\n<!-- t:end -->\n");
    assertThatThrownBy(() -> GeneratedPart.in(page, "t").requireOrUpdate("new"))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("out of date");
    assertThatThrownBy(() -> GeneratedPart.in(page, "other").read())
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("no marker");
  }
}
