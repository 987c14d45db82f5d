// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.mqtt.topic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.mqttpartitioned.mqtt.topic.TopicPattern.Field;
import io.github.mqttpartitioned.mqtt.topic.TopicPattern.FieldType;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TopicPatternTest {

  @Test
  void patternIsAFilterWithNames() {
    TopicPattern pattern = TopicPattern.parse("factory/{hall}/{line:int}/+/{älter_2:DOUBLE}/#");
    assertThat(pattern.filter()).isEqualTo(new TopicFilter("factory/+/+/+/+/#"));
    assertThat(pattern.fields())
        .containsExactly(
            new Field("hall", FieldType.STRING, 1),
            new Field("line", FieldType.INT, 2),
            new Field("älter_2", FieldType.DOUBLE, 4));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          d{n}         | whole level
          {n}d         | whole level
          {}           | whole level
          {1a}         | does not begin with a digit
          {a b}        | whole level
          {a:int:x}    | whole level
          {a           | whole level
          a}           | whole level
          {a}{b}       | whole level
          {a:integer}  | whose type is none of string, int, long, double, boolean
          {a:}         | whose type is none of
          a/+/#        | names no level
          {a}/#/b      | has # before its end
          {a}/b+       | has + inside a level
          {a}/{A:int}  | has two levels named A
          $share/{a}/b | $share
          """)
  void patternThatIsNoneSaysWhy(String pattern, String why) {
    assertThatThrownBy(() -> TopicPattern.parse(pattern))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(why);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          a/{x}/c    | a/b/c     | {x=b}
          a/{x}/c    | a/b       | null
          a/{x}/c    | a/b/c/d   | null
          a/{x}/c    | a/b/d     | null
          a/{x}      | a/        | {x=}
          a/{x}      | a         | null
          a/{x}      | ab/c      | null
          {x}/{y}    | /         | {x=, y=}
          {x}/{y}    | $SYS/b    | null
          +/{y}      | $SYS/b    | null
          $SYS/{y}   | $SYS/b    | {y=b}
          {x}/#      | a         | {x=a}
          {x}/#      | a/b/c     | {x=a}
          a/{x}/#    | a         | null
          {x}/+/{z}  | 1/2/3     | {x=1, z=3}
          ä/{x}      | ä/ß       | {x=ß}
          """)
  void topicIsTakenApart(String text, String topic, String expected) {
    TopicPattern pattern = TopicPattern.parse(text);
    byte[] utf8 = ("##" + topic).getBytes(StandardCharsets.UTF_8);
    TopicLevels levels = new TopicLevels();
    levels.split(ByteBuffer.wrap(utf8), 2, utf8.length - 2);
    boolean matches = pattern.comparison().matches(levels);
    assertThat(matches ? values(pattern, levels, utf8).toString() : "null").isEqualTo(expected);
  }

  private static Map<String, String> values(TopicPattern pattern, TopicLevels levels, byte[] utf8) {
    Map<String, String> values = new LinkedHashMap<>();
    for (Field field : pattern.fields()) {
      int start = levels.start(field.level());
      values.put(
          field.name(),
          new String(utf8, start, levels.length(field.level()), StandardCharsets.UTF_8));
    }
    return values;
  }
}
