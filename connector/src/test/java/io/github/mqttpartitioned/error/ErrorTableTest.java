// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.error;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.testkit.GeneratedPart;
import java.io.IOException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The table of docs/errors.md is what {@link ErrorCondition} declares. */
class ErrorTableTest {

  @Test
  void pageHasTheTableOfTheDeclarations() throws IOException {
    GeneratedPart.of("docs/errors.md", "errors").requireOrUpdate(table());
  }

  @ParameterizedTest
  @EnumSource
  void conditionHasAPrefixACauseAndARemedy(ErrorCondition condition) {
    assertThat(condition.name()).matches("MQTT(_[A-Z]+)+");
    assertThat(condition.cause()).matches("[A-Z`].*\\.");
    assertThat(condition.remedy()).matches("[A-Z].*\\.");
  }

  @Test
  void messageBeginsWithItsConditionInBrackets() {
    assertThat(ErrorCondition.MQTT_STORE_FULL.message("Store p0 is full."))
        .isEqualTo("[MQTT_STORE_FULL] Store p0 is full.");
  }

  private static String table() {
    return Stream.of(ErrorCondition.values())
        .map(
            condition ->
                "| `%s` | %s | %s |"
                    .formatted(condition.name(), condition.cause(), condition.remedy()))
        .collect(joining("\n", "| condition | cause | remedy |\n| --- | --- | --- |\n", ""));
  }
}
