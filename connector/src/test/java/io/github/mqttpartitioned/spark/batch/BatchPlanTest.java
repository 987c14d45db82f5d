// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.mqttpartitioned.block.LogExtent;
import io.github.mqttpartitioned.block.OffsetRange;
import io.github.mqttpartitioned.option.BatchOptions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BatchPlanTest {

  private static final List<LogExtent> EXTENTS =
      List.of(new LogExtent(10, 110), new LogExtent(0, 50));

  @Test
  void everythingIsReadByDefault() {
    BatchPlan plan = plan();
    assertThat(plan.range(0)).isEqualTo(new OffsetRange(10, 110));
    assertThat(plan.range(1)).isEqualTo(new OffsetRange(0, 50));
    assertThat(plan.isFromEarliest(0)).isTrue();
  }

  @Test
  void eachPartitionHasItsOffsets() {
    BatchPlan plan =
        plan(
            "startingOffsets",
            "{\"0\":20,\"1\":-2}",
            "endingOffsets",
            "{\"version\":1,\"offsets\":{\"0\":-1,\"1\":7}}");
    assertThat(plan.range(0)).isEqualTo(new OffsetRange(20, 110));
    assertThat(plan.range(1)).isEqualTo(new OffsetRange(0, 7));
    assertThat(plan.isFromEarliest(0)).isFalse();
    assertThat(plan.isFromEarliest(1)).isTrue();
  }

  @Test
  void offsetsThatAreGoneFailOrAreSkipped() {
    String[] options = {"startingOffsets", "{\"0\":3,\"1\":0}"};
    assertThatThrownBy(() -> plan(options).range(0))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("[MQTT_OFFSETS_LOST] Offsets [3, 10) of partition 0")
        .hasMessageContaining("retention");
    assertThat(plan(options[0], options[1], "failOnDataLoss", "false").range(0))
        .isEqualTo(new OffsetRange(10, 110));
  }

  /** Partition 0 begins at offset 10. */
  @Test
  void endBeforeWhatIsStoredFailsOrLeavesNothing() {
    String[] options = {"endingOffsets", "{\"0\":5,\"1\":50}"};
    assertThatThrownBy(() -> plan(options).range(0))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("[MQTT_OFFSETS_LOST] Offsets [0, 5) of partition 0");
    assertThat(plan(options[0], options[1], "failOnDataLoss", "false").range(0).isEmpty()).isTrue();
    assertThat(plan("endingOffsets", "{\"0\":0,\"1\":50}").range(0).isEmpty()).isTrue();
  }

  @Test
  void timesInTheWrongOrderAreRefused() {
    assertThatThrownBy(() -> plan("startingTimestamp", "200", "endingTimestamp", "100"))
        .hasMessageStartingWith("[MQTT_INVALID_OPTION] ")
        .hasMessageContaining("startingTimestamp: '200' is later than endingTimestamp");
    assertThat(plan("startingTimestamp", "200", "endingTimestamp", "200").range(1))
        .isEqualTo(new OffsetRange(0, 50));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"0\":20} | latest | it lacks [1]",
        "{\"0\":0,\"1\":0,\"2\":0} | latest | there is no partition [2]",
        "earliest | {\"0\":111,\"1\":50} | Option endingOffsets has 111 for partition 0",
        "{\"0\":20,\"1\":0} | {\"0\":19,\"1\":0} | from offset 20 to 19"
      })
  void offsetsThatCannotBeReadAreRefused(String starting, String ending, String expected) {
    assertThatThrownBy(() -> plan("startingOffsets", starting, "endingOffsets", ending).range(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("[MQTT_INVALID_OPTION] ")
        .hasMessageContaining(expected);
  }

  @Test
  void aLargeRangeIsDividedWithoutAGap() {
    assertThat(BatchPlan.slices(new OffsetRange(5, 1_000), 8))
        .containsExactly(new OffsetRange(5, 1_000));
    List<OffsetRange> slices = BatchPlan.slices(new OffsetRange(5, 1_000_005), 3);
    assertThat(slices).hasSize(3);
    assertThat(slices.get(0).from()).isEqualTo(5);
    assertThat(slices.get(2).until()).isEqualTo(1_000_005);
    for (int i = 1; i < 3; i++) {
      assertThat(slices.get(i).from()).isEqualTo(slices.get(i - 1).until());
    }
  }

  private static BatchPlan plan(String... more) {
    Map<String, String> options = new HashMap<>(Map.of("sourceCheckpoint", "/checkpoint"));
    for (int i = 0; i < more.length; i += 2) {
      options.put(more[i], more[i + 1]);
    }
    return new BatchPlan(BatchOptions.parse(options), EXTENTS);
  }
}
