// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.mqtt.topic;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TopicFilterTest {

  @ParameterizedTest
  @CsvSource({
    "a, a, true",
    "a, b, false",
    "a/#, a, true",
    "a/#, a/b/c, true",
    "a/#, b/#, false",
    "a/+/c, a/b/+, true",
    "a/+/c, a/b/d, false",
    "a/+, a, false",
    "+, a, true",
    "+/b, a/c, false",
    "#, a/b, true",
    "#, $SYS/uptime, false",
    "+/uptime, $SYS/uptime, false",
    "$SYS/#, $SYS/uptime, true",
    "a//b, a/+/b, true",
    "a/, a, false"
  })
  void overlapWhenATopicExistsThatBothMatch(String one, String other, boolean expected) {
    assertThat(new TopicFilter(one).overlaps(new TopicFilter(other))).isEqualTo(expected);
    assertThat(new TopicFilter(other).overlaps(new TopicFilter(one))).isEqualTo(expected);
  }
}
