// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.mqttpartitioned.cluster.PartitionAssignment;
import io.github.mqttpartitioned.cluster.PartitionAssignments;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
    assertThat(PartitionAssignmentsJson.read(VERSION_1, "file")).isEqualTo(READ);
    assertThat(PartitionAssignmentsJson.write(READ)).isEqualTo(VERSION_1);
  }

  @Test
  void whatIsAboutOneRunIsNotKept() {
    PartitionAssignment running = new PartitionAssignment(0, "a", 0, 70, true);
    assertThat(PartitionAssignmentsJson.write(new PartitionAssignments(3, List.of(running))))
        .isEqualTo("{\"version\":1,\"epoch\":3,\"holders\":[{\"host\":\"a\",\"generation\":0}]}");
  }

  @Test
  void fieldThatThisReleaseDoesNotKnowIsPassedOver() {
    String later = VERSION_1.replace("\"generation\":2", "\"generation\":2,\"rack\":\"b\"");
    assertThat(PartitionAssignmentsJson.read(later, "file")).isEqualTo(READ);
  }

  @Test
  void textOfANewerReleaseIsRefused() {
    assertThatThrownBy(
            () -> PartitionAssignmentsJson.read("{\"version\":2,\"epoch\":\"x\"}", "file"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            """
            [MQTT_CHECKPOINT_VERSION] Cannot read file: it has version 2, but this release reads \
            version 1. Run the release that wrote the file, or a newer one.""");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"version\":1|\"version\":\"1\"",
        "\"version\":1,|",
        "\"epoch\":3|\"epoch\":\"3\"",
        "\"epoch\":3|\"epoch\":\"x\"",
        "\"epoch\":3|\"epoch\":null",
        "\"epoch\":3|\"epoch\":3.0",
        "\"epoch\":3|\"epoch\":3,\"epoch\":4",
        "\"epoch\":3,|",
        "\"host\":\"a\"|\"host\":null",
        "\"host\":\"a\"|\"host\":7",
        "\"host\":\"a\"|\"host\":7.5",
        "\"host\":\"a\"|\"host\":true",
        "\"host\":\"a\",|",
        "\"generation\":2|\"generation\":\"2\"",
        "\"generation\":2|\"generation\":null",
        "\"generation\":2|\"generation\":2.5",
        "\"generation\":2|\"generation\":-1",
        "\"generation\":2|\"generation\":2,\"generation\":0",
        ",\"generation\":2|",
        "{\"host\":\"\",\"generation\":2}|null",
        "]}|]",
        "]}|]}}",
      })
  void anythingElseIsDamage(String part, String instead) {
    String damaged = VERSION_1.replace(part, instead == null ? "" : instead);
    assertThat(damaged).isNotEqualTo(VERSION_1);
    assertDamaged(damaged);
  }

  @Test
  void textWithoutAssignmentsIsDamage() {
    for (String text :
        List.of("", "{}", "[]", "null", "1", VERSION_1.replaceAll(",\"holders.*", "}"))) {
      assertDamaged(text);
    }
  }

  private static void assertDamaged(String text) {
    assertThatThrownBy(() -> PartitionAssignmentsJson.read(text, "file"))
        .as(text)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            """
            [MQTT_CHECKPOINT_DAMAGED] Cannot read file: it is damaged. Restore the checkpoint \
            from a copy, or start a new query with another checkpointLocation.""");
  }
}
