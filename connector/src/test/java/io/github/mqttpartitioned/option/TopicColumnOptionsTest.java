// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.option;

import static io.github.mqttpartitioned.option.GivenOptions.error;
import static io.github.mqttpartitioned.option.GivenOptions.parse;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.mqtt.topic.TopicPattern;
import io.github.mqttpartitioned.option.settings.PayloadType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TopicColumnOptionsTest {

  @Test
  void patternsAreTaken() {
    SourceOptions options =
        parse(
            "topics", "factory/#, site/+/meter/+",
            "topicColumns", "factory/{hall}/{line:int}/#, site/{hall}/meter/{meter:long}",
            "payloadType", "String");
    assertThat(options.topicColumns())
        .containsExactly(
            TopicPattern.parse("factory/{hall}/{line:int}/#"),
            TopicPattern.parse("site/{hall}/meter/{meter:long}"));
    assertThat(options.payloadType()).isEqualTo(PayloadType.STRING);
    assertThat(parse().topicColumns()).isEmpty();
    assertThat(parse().payloadType()).isEqualTo(PayloadType.BINARY);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          a/d{n}                 | 'a/d{n}' has the level d{n}: {name} or {name:type} must be a whole level
          a/{n:float}            | 'a/{n:float}' has the level {n:float}, whose type is none of string, int
          a/+                    | 'a/+' names no level
          a/{Topic}              | names a level Topic, but the source has a column of this name
          a/{ContentType}        | names a level ContentType, but the source has a column of this name
          a/{deadLetterReason}   | names a level deadLetterReason, but the source has a column of this name
          a/{n:int}, a/+/{n}     | gives column n the types int and string. Give it one type
          a/{n}, a/+/{N}         | has the names n and N, which are one column to Spark. Write them alike
          a/{n}, a/{n}           | 'a/{n}' is given twice
          a/#/{n}                | has # before its end
          b/{n}                  | topicColumns (b/{n}) and topics (a/#) contradict each other
          {n}                    |
          +/{n}                  |
          a/{n}, c               | 'c' names no level
          """)
  void patternsAreCheckedBeforeAnythingStarts(String patterns, String message) {
    if (message == null) {
      assertThat(parse("topics", "a/#", "topicColumns", patterns).topicColumns()).hasSize(1);
    } else {
      assertThat(error("topics", "a/#", "topicColumns", patterns)).contains(message);
    }
  }

  @Test
  void halfASurrogatePairIsNoLevel() {
    assertThat(error("topics", "a/#", "topicColumns", "a/\ud800/{n}"))
        .contains("'a/\\ud800/{n}' holds half a surrogate pair");
    assertThat(error("topics", "a/\udc00")).contains("holds half a surrogate pair");
    assertThat(parse("topics", "a/#", "topicColumns", "a/😀/{n}").topicColumns()).hasSize(1);
  }

  @Test
  void hiddenTopicsNeedAPatternThatNamesThem() {
    assertThat(error("topics", "$SYS/#", "topicColumns", "{a}/{b}"))
        .startsWith("[MQTT_CONFLICTING_OPTIONS]")
        .contains("no topic that the source receives can match the pattern");
    assertThat(parse("topics", "$SYS/#", "topicColumns", "$SYS/{b}").topicColumns()).hasSize(1);
  }
}
