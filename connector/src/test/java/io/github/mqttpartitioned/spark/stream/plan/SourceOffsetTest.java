// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.stream.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.apache.spark.sql.connector.read.streaming.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SourceOffsetTest {

  @Test
  void jsonIsThatOfTheContract() {
    assertThat(SourceOffset.of(123, 456).json())
        .isEqualTo("{\"version\":1,\"offsets\":{\"0\":123,\"1\":456}}");
  }

  @Test
  void partitionsStandInNumericOrder() {
    long[] offsets = new long[12];
    offsets[10] = 7;
    assertThat(SourceOffset.of(offsets).json()).endsWith("\"9\":0,\"10\":7,\"11\":0}}");
  }

  @Test
  void parseTakesBackWhatJsonWrote() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int round = 0; round < 200; round++) {
      long[] offsets = random.longs(1 + random.nextInt(70), 0, Long.MAX_VALUE).toArray();
      SourceOffset parsed = SourceOffset.parse(SourceOffset.of(offsets).json());
      assertThat(parsed.toArray()).as("seed %d", seed).isEqualTo(offsets);
      assertThat(parsed).isEqualTo(SourceOffset.of(offsets)).hasSameHashCodeAs(parsed.json());
    }
  }

  @Test
  void textOfAnotherShapeBecomesCanonical() {
    assertThat(SourceOffset.parse(" {\"offsets\": {\"1\":2, \"0\":1}, \"version\": 1} ").json())
        .isEqualTo("{\"version\":1,\"offsets\":{\"0\":1,\"1\":2}}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"version\":2,\"offsets\":{\"0\":1}}|it has version 2, but this release reads version 1. Run the release that wrote it, or a newer one.",
        "{\"version\":4294967297,\"offsets\":{\"0\":1}}|it has version 4294967297, but this release reads version 1. Run the release that wrote it, or a newer one.",
        "{\"offsets\":{\"0\":1}}|it has no version. Use the checkpoint of this query, and do not edit its offset log by hand.",
        "17|it has no version. Use the checkpoint of this query, and do not edit its offset log by hand.",
        "{\"version\":\"1\",\"offsets\":{\"0\":1}}|it has no version. Use the checkpoint of this query, and do not edit its offset log by hand.",
        "{\"version\":1}|it must have the fields version and offsets, with one partition at least. Use the checkpoint of this query, and do not edit its offset log by hand.",
        "{\"version\":1,\"offsets\":{}}|it must have the fields version and offsets, with one partition at least. Use the checkpoint of this query, and do not edit its offset log by hand.",
        "{\"version\":1,\"offsets\":[1]}|it must have the fields version and offsets, with one partition at least. Use the checkpoint of this query, and do not edit its offset log by hand.",
        "{\"version\":1,\"offsets\":{\"0\":1},\"x\":1}|it must have the fields version and offsets, with one partition at least. Use the checkpoint of this query, and do not edit its offset log by hand.",
        "{\"version\":1,\"offsets\":{\"0\":1,\"2\":1}}|its partitions must be 0 to 1, and 1 is missing. Use the checkpoint of this query, and do not edit its offset log by hand.",
        "{\"version\":1,\"offsets\":{\"00\":1}}|its partitions must be 0 to 0, and 0 is missing. Use the checkpoint of this query, and do not edit its offset log by hand.",
        "{\"version\":1,\"offsets\":{\"0\":-1}}|the offset of partition 0 must be 0 or more. Use the checkpoint of this query, and do not edit its offset log by hand.",
        "{\"version\":1,\"offsets\":{\"0\":1.5}}|the offset of partition 0 must be 0 or more. Use the checkpoint of this query, and do not edit its offset log by hand.",
        "{\"version\":1,\"offsets\":{\"0\":9223372036854775808}}|the offset of partition 0 must be 0 or more. Use the checkpoint of this query, and do not edit its offset log by hand.",
        "{\"version\":1,\"offsets\":{\"0\":null}}|the offset of partition 0 must be 0 or more. Use the checkpoint of this query, and do not edit its offset log by hand.",
      })
  void anythingElseIsRefused(String json, String problem) {
    assertThatThrownBy(() -> SourceOffset.parse(json))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "[MQTT_OFFSET_INVALID] Cannot read offset "
                + json
                + " of format mqtt-partitioned: "
                + problem);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"version\":1,\"offsets\":{\"0\":1,\"0\":2}}",
        "{\"version\":1,\"offsets\":{\"0\":1}}}",
        "{\"version\":1,\"offsets\":{\"0\":1}",
      })
  void brokenJsonIsRefused(String json) {
    assertThatThrownBy(() -> SourceOffset.parse(json))
        .hasMessageStartingWith(
            "[MQTT_OFFSET_INVALID] Cannot read offset "
                + json
                + " of format mqtt-partitioned: it is not JSON: ");
  }

  @Test
  void offsetReadFromSparksLogIsParsed() {
    Offset serialized =
        new Offset() {
          @Override
          public String json() {
            return "{\"version\":1,\"offsets\":{\"0\":5}}";
          }
        };
    assertThat(SourceOffset.of(serialized, 1).get(0)).isEqualTo(5);
  }

  @Test
  void offsetFromBeforePartitionsWereAddedHasNothingOfThem() {
    assertThat(SourceOffset.of(SourceOffset.of(1, 2), 4)).isEqualTo(SourceOffset.of(1, 2, 0, 0));
  }

  @Test
  void offsetWithMorePartitionsIsRefused() {
    assertThatThrownBy(() -> SourceOffset.of(SourceOffset.of(1, 2), 1))
        .hasMessage(
            """
            [MQTT_OFFSET_INVALID] Offset {"version":1,"offsets":{"0":1,"1":2}} has 2 partitions, \
            but the source's checkpoint has 1: the two belong to different queries. Restore the \
            checkpoint as a whole.""");
  }

  @Test
  void coversWhatIsNowhereFurther() {
    assertThat(SourceOffset.of(1, 2).covers(SourceOffset.of(1, 1))).isTrue();
    assertThat(SourceOffset.of(1, 2).covers(SourceOffset.of(0, 3))).isFalse();
  }
}
