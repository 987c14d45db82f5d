// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.mqttpartitioned.benchmark.Setting.Choice;
import io.github.mqttpartitioned.benchmark.Setting.Count;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

class SettingsTest {

  private static final List<Setting> SETTINGS =
      List.of(
          new Setting("messages", new Count(10, 2_000_000), "1000000", "100", "how many"),
          Setting.of("qos", new Choice(List.of("0", "1", "2")), "0,1", "which"));

  @Test
  void defaultsHoldForWhatIsNotGiven() {
    Settings settings = parse();
    assertThat(settings.count("messages")).isEqualTo(1_000_000);
    assertThat(settings.choice("qos")).containsExactly("0", "1");
    assertThat(settings.isCheck()).isFalse();
  }

  @Test
  void aValueFollowsItsOptionOrAnEqualsSign() {
    assertThat(parse("--messages", "20").count("messages")).isEqualTo(20);
    assertThat(parse("--messages=1_000").count("messages")).isEqualTo(1_000);
  }

  @Test
  void aCheckIsSmallUnlessToldOtherwise() {
    assertThat(parse("--check").count("messages")).isEqualTo(100);
    Settings told = parse("--messages", "30", "--check");
    assertThat(told.count("messages")).isEqualTo(30);
    assertThat(told.isCheck()).isTrue();
  }

  @Test
  void errorsNameOptionValueAndWhatIsAccepted() {
    assertRefused("'many' is not a number; accepted are 10 to 2,000,000", "--messages", "many");
    assertRefused("9; accepted are 10 to 2,000,000", "--messages", "9");
    assertRefused("'3' is unknown; accepted are 0, 1, 2, separated by commas", "--qos", "1,3");
    assertRefused("Missing required parameter", "--messages");
  }

  private static Settings parse(String... arguments) {
    CommandSpec command = CommandSpec.create();
    Settings.addOptions(SETTINGS, command);
    return Settings.of(SETTINGS, new CommandLine(command).parseArgs(arguments));
  }

  private static void assertRefused(String message, String... arguments) {
    assertThatThrownBy(() -> parse(arguments))
        .isInstanceOf(ParameterException.class)
        .hasMessageContainingAll("'" + arguments[0] + "'", message);
  }
}
