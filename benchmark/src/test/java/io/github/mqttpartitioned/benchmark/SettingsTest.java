// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.mqttpartitioned.benchmark.Setting.Choice;
import io.github.mqttpartitioned.benchmark.Setting.Count;
import java.util.List;
import org.junit.jupiter.api.Test;

class SettingsTest {

  private static final List<Setting> SETTINGS =
      List.of(
          new Setting("messages", new Count(10, 2_000_000), "1000000", "100", "how many"),
          Setting.of("qos", new Choice(List.of("0", "1", "2")), "0,1", "which"));

  @Test
  void defaultsHoldForWhatIsNotGiven() {
    Settings settings = Settings.parse(SETTINGS, List.of());
    assertThat(settings.count("messages")).isEqualTo(1_000_000);
    assertThat(settings.choice("qos")).containsExactly("0", "1");
    assertThat(settings.isCheck()).isFalse();
  }

  @Test
  void aValueFollowsItsOptionOrAnEqualsSign() {
    assertThat(Settings.parse(SETTINGS, List.of("--messages", "20")).count("messages"))
        .isEqualTo(20);
    assertThat(Settings.parse(SETTINGS, List.of("--messages=1_000")).count("messages"))
        .isEqualTo(1_000);
  }

  @Test
  void aCheckIsSmallUnlessToldOtherwise() {
    assertThat(Settings.parse(SETTINGS, List.of("--check")).count("messages")).isEqualTo(100);
    Settings told = Settings.parse(SETTINGS, List.of("--messages", "30", "--check"));
    assertThat(told.count("messages")).isEqualTo(30);
    assertThat(told.isCheck()).isTrue();
  }

  @Test
  void errorsNameOptionValueAndWhatIsAccepted() {
    assertRefused(
        "--messages is 'many', which is not a number; accepted are 10 to 2,000,000",
        "--messages",
        "many");
    assertRefused("--messages is 9; accepted are 10 to 2,000,000", "--messages", "9");
    assertRefused(
        "--qos is '1,3', of which '3' is unknown; accepted are 0, 1, 2, separated by",
        "--qos",
        "1,3");
    assertRefused("--messages needs a value: 10 to 2,000,000", "--messages");
    assertRefused(
        "'--mesages' is unknown; there are --messages, --qos and --check", "--mesages", "10");
  }

  private static void assertRefused(String message, String... arguments) {
    assertThatThrownBy(() -> Settings.parse(SETTINGS, List.of(arguments)))
        .isInstanceOf(UsageException.class)
        .hasMessageStartingWith(message);
  }
}
