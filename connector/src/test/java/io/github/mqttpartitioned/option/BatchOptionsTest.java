// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.option;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.mqttpartitioned.option.settings.Positions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BatchOptionsTest {

  @Test
  void timesAreMillisecondsAndOffsetsHaveDefaults() {
    BatchOptions options =
        BatchOptions.parse(Map.of("sourcecheckpoint", "/c", "startingTimestamp", "1700000000000"));
    assertThat(options.startingTimestamp()).hasValue(1_700_000_000_000_000L);
    assertThat(options.endingTimestamp()).isEmpty();
    assertThat(options.startingOffsets().of(7)).isEqualTo(Positions.EARLIEST);
    assertThat(options.endingOffsets().of(7)).isEqualTo(Positions.LATEST);
    assertThat(options.failOnDataLoss()).isTrue();
  }

  @Test
  void theyAreKnownByTheCheckpoint() {
    assertThat(BatchOptions.areFor(Map.of("SourceCheckpoint", "/c"))).isTrue();
    assertThat(BatchOptions.areFor(Map.of("brokerUrl", "tcp://b", "topics", "a"))).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "startingOffsets | latest | a batch read that begins at latest (-1) has no rows",
        "startingOffsets | {\"0\":-1} | a batch read that begins at latest (-1) has no rows",
        "endingOffsets | earliest | a batch read that ends at earliest (-2) has no rows",
        "endingOffsets | {\"0\":-2} | a batch read that ends at earliest (-2) has no rows",
        "startingOffsets | {\"0\":-3} | has -3 for partition 0, which is no offset",
        "startingOffsets | {\"0\":1.5} | has 1.5 for partition 0, which is no offset",
        "startingOffsets | {\"zero\":1} | has 'zero', which is no partition",
        "startingOffsets | {\"01\":1} | has '01', which is no partition",
        "startingOffsets | {} | names no partition",
        "startingOffsets | first | is no JSON",
        "startingOffsets | {\"0\":1,\"0\":2} | is no JSON",
        "startingTimestamp | yesterday | is not a whole number",
        "startingTimestamp | -1 | is out of range",
        "brokerUrl | tcp://b:1883 | a batch read asks no broker",
        "checkpointLocation | /c | sourceCheckpoint",
        "startingOffset | 1 | startingOffsets"
      })
  void wrongOnesAreRefused(String name, String value, String expected) {
    assertThatThrownBy(() -> BatchOptions.parse(Map.of("sourceCheckpoint", "/c", name, value)))
        .isInstanceOf(OptionException.class)
        .hasMessageContaining(name)
        .hasMessageContaining(expected);
  }
}
