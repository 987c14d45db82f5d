// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.benchmark.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class TableTest {

  @Test
  void columnsAreAsWideAsTheirWidestCell() {
    Table table = new Table("side", "QoS", "rate");
    table.add("connector", "1", "2,000,000");
    table.add("–", "2", "3");
    assertThat(table)
        .hasToString(
            """
            | side      | QoS |      rate |
            | --------- | --: | --------: |
            | connector |   1 | 2,000,000 |
            | –         |   2 |         3 |
            """);
  }

  @Test
  void aRowHasAsManyCellsAsTheHeader() {
    Table table = new Table("side", "rate");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> table.add("connector"))
        .withMessage("1 cells under a header of 2");
  }
}
