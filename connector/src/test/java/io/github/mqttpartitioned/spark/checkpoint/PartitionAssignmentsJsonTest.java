// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.mqttpartitioned.cluster.PartitionAssignment;
import io.github.mqttpartitioned.cluster.PartitionAssignments;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The file holders.&lt;n&gt;.json, which queries that have been started before go on with. */
class PartitionAssignmentsJsonTest {

  private static final String VERSION_1 =
      """
      {"version":1,"epoch":3,"holders":[{"host":"a","generation":0},{"host":"","generation":2}]}""";

  private static final PartitionAssignments READ =
      new PartitionAssignments(
          3,
          List.of(
              new PartitionAssignment(0, "a", 0, 0, false),
              new PartitionAssignment(1, "", 2, 0, false)));

  @Test
  void textOfVersion1IsReadAndWritten() {
    assertThat(PartitionAssignmentsJson.parse(VERSION_1, "file")).isEqualTo(READ);
    assertThat(PartitionAssignmentsJson.of(READ)).isEqualTo(VERSION_1);
  }

  @Test
  void whatIsAboutOneRunIsNotKept() {
    PartitionAssignment running = new PartitionAssignment(0, "a", 0, 70, true);
    assertThat(PartitionAssignmentsJson.of(new PartitionAssignments(3, List.of(running))))
        .isEqualTo("{\"version\":1,\"epoch\":3,\"holders\":[{\"host\":\"a\",\"generation\":0}]}");
  }

  @Test
  void anotherVersionIsRefused() {
    assertThatThrownBy(
            () ->
                PartitionAssignmentsJson.parse(
                    VERSION_1.replace("\"version\":1", "\"version\":2"), "file"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("[MQTT_CHECKPOINT_VERSION] Cannot read file")
        .hasMessageContaining("version 1, not 2");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{}",
        "{\"version\":1,\"epoch\":3}",
        "{\"version\":1,\"epoch\":3,\"holders\":[{\"host\":\"a\"}]}",
        "{\"version\":1,\"epoch\":3,\"holders\":[{\"host\":\"a\",\"generation\":-1}]}"
      })
  void damagedTextIsRefused(String text) {
    assertThatThrownBy(() -> PartitionAssignmentsJson.parse(text, "file"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("file")
        .hasMessageStartingWith("[MQTT_CHECKPOINT_DAMAGED] ");
  }
}
