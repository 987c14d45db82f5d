// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.testkit.GeneratedPart;
import io.github.mqttpartitioned.testkit.ProjectFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The packages in the pages for developers are those that {@link PackageRule} declares. */
class PackageTableTest {

  @Test
  void pageHasTheTableOfTheRules() throws IOException {
    GeneratedPart.of("docs/architecture.md", "packages").requireOrUpdate(table());
  }

  @ParameterizedTest
  @ValueSource(strings = {"docs/architecture.md", "CONTRIBUTING.md"})
  void pageSaysWhatEachPackageHolds(String page) throws IOException {
    String text = Files.readString(ProjectFiles.of(page));
    assertThat(PackageRule.ALL)
        .filteredOn(rule -> !rule.name().isEmpty())
        .allSatisfy(rule -> assertThat(text).contains("\n| `%s` | ".formatted(rule.name())));
  }

  @Test
  void packageComesAfterThoseThatItMayUse() {
    List<String> above = new ArrayList<>();
    for (PackageRule rule : PackageRule.ALL) {
      assertThat(above).as(rule.name()).containsAll(rule.mayUse()).doesNotContain(rule.name());
      above.add(rule.name());
    }
  }

  private static String table() {
    return PackageRule.ALL.stream()
        .map(rule -> "| %s | %s |".formatted(title(rule), used(rule)))
        .collect(joining("\n", "| package of the connector | may use |\n| --- | --- |\n", ""));
  }

  private static String title(PackageRule rule) {
    return rule.name().isEmpty() ? "the root" : "`%s`".formatted(rule.name());
  }

  private static String used(PackageRule rule) {
    return rule.mayUse().isEmpty()
        ? "none"
        : rule.mayUse().stream().map("`%s`"::formatted).collect(joining(", "));
  }
}
