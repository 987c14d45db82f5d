// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.examples.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.examples.factory.Kind;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ScreenTest {

  private static final Snapshot BEFORE_THE_FIRST_BATCH =
      new Snapshot(
          "a broker",
          Duration.ZERO,
          new Tally.Sums(0, 0, 0, 0, 0, 0),
          0,
          List.of(),
          List.of(),
          0,
          0,
          Optional.empty(),
          List.of(),
          List.of());

  private static final Snapshot BUSY =
      new Snapshot(
          "a broker",
          Duration.ofSeconds(61),
          new Tally.Sums(145_302, 142_110, 3_192, 0, 0, 0),
          15_001,
          List.of(0.0, 11_998.4),
          List.of(0.0, 6_000.0),
          4,
          3 << 20,
          Optional.of(
              new BatchListener.Batch(
                  14,
                  12_022,
                  420,
                  List.of(
                      new BatchListener.Partition(3_000, 0),
                      new BatchListener.Partition(1_500, 7),
                      new BatchListener.Partition(0, 0),
                      new BatchListener.Partition(3_000, 0)))),
          List.of(new Board.Hall("hall-1", 36_120, Map.of(Kind.TEMPERATURE, 43.126), 3)),
          List.of(new BatchCount.Reading("press-100", Kind.TEMPERATURE, 43.12, 0)));

  @Test
  void theLineSaysTheMostImportant() {
    assertThat(Screen.line(BUSY))
        .isEqualTo(
            "01:01 connected 4 published 145,302 (11,998/s) processed 142,110 (6,000/s) lag 15,001"
                + " (1.3 s, keeps up) stored 3.0 MiB batch 14: 12,022 rows in 420 ms, by partition"
                + " 3000 1500 0 3000/s");
    assertThat(Screen.line(BEFORE_THE_FIRST_BATCH))
        .isEqualTo(
            "00:00 connected 0 published 0 (0/s) processed 0 (0/s) lag 0 (0.0 s, keeps up) stored"
                + " 0.0 MiB");
  }

  @Test
  void aLagThatTwoBatchesDoNotExplainIsFallingBehind() {
    assertThat(Screen.line(withLag(23_990))).contains("lag 23,990 (2.0 s, keeps up)");
    assertThat(Screen.line(withLag(30_000))).contains("lag 30,000 (2.5 s, falls behind)");
  }

  private static Snapshot withLag(long lag) {
    return new Snapshot(
        "a broker",
        Duration.ofSeconds(1),
        new Tally.Sums(0, 0, 0, 0, 0, 0),
        lag,
        List.of(12_000.0, 0.0),
        List.of(12_000.0, 0.0),
        4,
        0,
        Optional.empty(),
        List.of(),
        List.of());
  }

  @Test
  void thePanelNeverChangesItsHeight() {
    Screen screen = new Screen(true);
    assertThat(screen.lines(BUSY)).hasSameSizeAs(screen.lines(BEFORE_THE_FIRST_BATCH));
    assertThat(screen.lines(BUSY)).hasSizeLessThanOrEqualTo(24);
  }

  @Test
  void thePanelShowsCountsBarsHallsAndReadings() {
    List<String> lines = new Screen(true).lines(BUSY);
    assertThat(String.join("\n", lines))
        .contains("4 of 4 members connected")
        .contains("lag               15,001   1.3 s, keeps up")
        .contains("published        145,302    11,998/s   ▁█")
        .contains("processed        142,110     6,000/s   ▁▅")
        .contains("partition 0 " + "█".repeat(30) + "   3,000/s   waiting 0")
        .contains("partition 1 " + "█".repeat(15) + "░".repeat(15) + "   1,500/s   waiting 7")
        .contains("hall-1          36,120      43.13 °C")
        .contains("press-100  temperature     43.12 °C");
  }

  @Test
  void aTerminalWithoutUnicodeGetsAscii() {
    assertThat(String.join("", new Screen(false).lines(BUSY))).isASCII();
  }
}
