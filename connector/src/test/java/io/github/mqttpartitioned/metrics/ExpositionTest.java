// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ExpositionTest {

  private static final String FIRST =
      """
      # HELP a_total First.
      # TYPE a_total counter
      a_total{group="g",node="1",partition="0"} 1.0
      # HELP b Second.
      # TYPE b gauge
      b{group="g",node="1",partition="0"} 2.0
      b{group="other",node="1",partition="0"} 3.0
      """;
  private static final String SECOND =
      """
      # HELP a_total First.
      # TYPE a_total counter
      a_total{group="g",node="2",partition="1"} 4.0
      # HELP c Third.
      # TYPE c gauge
      c{group="other",node="2",partition="1"} 5.0
      """;

  @Test
  void mergesByFamilyAndKeepsOneGroup() {
    Exposition merged = new Exposition("g");
    merged.add(FIRST);
    merged.add(SECOND);
    merged.add("");
    assertThat(merged.text())
        .isEqualTo(
            """
            # HELP a_total First.
            # TYPE a_total counter
            a_total{group="g",node="1",partition="0"} 1.0
            a_total{group="g",node="2",partition="1"} 4.0
            # HELP b Second.
            # TYPE b gauge
            b{group="g",node="1",partition="0"} 2.0
            """);
  }

  @Test
  void aSeriesThatComesTwiceCountsOnceAndTheLaterOneStays() {
    Exposition merged = new Exposition("g");
    merged.add(FIRST);
    merged.add(FIRST.replace(" 2.0", " 7.0"));
    assertThat(merged.text())
        .containsOnlyOnce("a_total{")
        .containsOnlyOnce("b{")
        .contains("b{group=\"g\",node=\"1\",partition=\"0\"} 7.0\n");
  }

  @Test
  void namesOfGroupsAndNodesMayHoldAnything() {
    Exposition merged = new Exposition("a \"b\" \\c");
    merged.add("# TYPE x gauge\nx{group=\"a \\\"b\\\" \\\\c\",node=\"1\"} 1.0\n");
    merged.addNodeUp("host \"n\"", false);
    assertThat(merged.text())
        .contains("x{group=\"a \\\"b\\\" \\\\c\",node=\"1\"} 1.0\n")
        .contains("mqtt_source_node_up{group=\"a \\\"b\\\" \\\\c\",node=\"host \\\"n\\\"\"} 0\n");
  }
}
