// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.vector;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.block.Block;
import io.github.mqttpartitioned.block.BlockBuilder;
import io.github.mqttpartitioned.block.BlockFormat;
import io.github.mqttpartitioned.mqtt.topic.TopicPattern;
import io.github.mqttpartitioned.option.settings.PayloadType;
import io.github.mqttpartitioned.testkit.Seeded;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.vectorized.ColumnVector;
import org.apache.spark.sql.vectorized.ColumnarBatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TopicColumnsTest {

  private static final int FIRST_TOPIC_COLUMN = 9;

  @Test
  void firstPatternThatMatchesCounts() {
    MqttColumns columns = columns("a/{x}/{n:int}", "a/{y}/#", "{x}/{y}");
    assertThat(columns.schema().toDDL()).endsWith("broker STRING,x STRING,n INT,y STRING");
    ColumnarBatch batch =
        new BlockVectors(columns).batch(block("a/b/7", "a/b/c/d", "a", "b/c", "a/b/c"), 0, 0, 5);
    assertThat(values(batch, columns.schema()))
        .containsExactly("b|7|null", "null|null|b", "null|null|null", "b|null|c", "b|null|null");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          int     | 12                   | 12
          int     | -2147483648          | -2147483648
          int     | +7                   | 7
          int     | 2147483648           | null
          int     | 1.0                  | null
          int     | " 1"                 | null
          int     | ""                   | null
          int     | ٣                    | null
          long    | -9223372036854775808 | -9223372036854775808
          long    | 9223372036854775808  | null
          long    | 1e3                  | null
          double  | 1                    | 1.0
          double  | -.5e3                | -500.0
          double  | 1.                   | 1.0
          double  | 1e999                | Infinity
          double  | 1d                   | null
          double  | 0x1p3                | null
          double  | NaN                  | null
          double  | .                    | null
          boolean | true                 | true
          boolean | FALSE                | false
          boolean | 1                    | null
          string  | ""                   | ""
          string  | ä b                  | ä b
          """)
  void levelIsReadAsItsType(String type, String level, String expected) {
    MqttColumns columns = columns("{v:" + type + "}/x");
    ColumnarBatch batch = new BlockVectors(columns).batch(block(level + "/x"), 0, 0, 1);
    assertThat(values(batch, columns.schema())).containsExactly(expected);
  }

  @Test
  void columnsAreWhatSplitGives() {
    Seeded.run(
        1,
        random -> {
          MqttColumns columns = columns("t/{a}/{b:long}/+/{c}", "{a}/u/#", "t/{c}/{b:long}");
          String[] topics = Stream.generate(() -> topic(random)).limit(2000).toArray(String[]::new);
          BlockVectors vectors = new BlockVectors(columns);
          int first = random.nextInt(1000);
          ColumnarBatch batch = vectors.batch(block(topics), 3, first, 1000);
          assertThat(values(batch, columns.schema()))
              .isEqualTo(
                  Arrays.stream(topics, first, first + 1000).map(TopicColumnsTest::split).toList());
          for (int i = FIRST_TOPIC_COLUMN; i < batch.numCols(); i++) {
            ColumnVector column = batch.column(i);
            int nulls = 0;
            for (int row = 0; row < 1000; row++) {
              nulls += column.isNullAt(row) ? 1 : 0;
            }
            assertThat(nulls).isBetween(1, 999);
            assertThat(column.numNulls()).isEqualTo(nulls);
          }
        });
  }

  private static String topic(Random random) {
    List<String> levels = new ArrayList<>();
    for (int i = random.nextInt(6); i >= 0; i--) {
      levels.add(List.of("t", "t", "u", "", "7", "-12", "x").get(random.nextInt(7)));
    }
    return String.join("/", levels).isEmpty() ? "t" : String.join("/", levels);
  }

  /** What a user would write. */
  private static String split(String topic) {
    String[] levels = topic.split("/", -1);
    if (levels.length == 5 && levels[0].equals("t")) {
      return levels[1] + "|" + number(levels[2]) + "|" + levels[4];
    }
    if (levels.length > 1 && levels[1].equals("u")) {
      return levels[0] + "|null|null";
    }
    return levels.length == 3 && levels[0].equals("t")
        ? "null|" + number(levels[2]) + "|" + levels[1]
        : "null|null|null";
  }

  private static String number(String level) {
    return level.matches("-?\\d+") ? level : "null";
  }

  @Test
  void unusedColumnsReadNothing() {
    ByteBuffer bytes = encoded("a/b");
    // Behind the header: no column keeps its checksum.
    for (int at = BlockFormat.HEADER_LENGTH; at < bytes.limit(); at++) {
      bytes.put(at, (byte) ~bytes.get(at));
    }
    MqttColumns columns = new MqttColumns(PayloadType.STRING, false, patterns("a/{x}"));
    ColumnarBatch batch = new BlockVectors(columns).batch(Block.wrap(bytes, "test"), 4, 0, 1);
    assertThat(batch.column(2).getInt(0)).isEqualTo(4);
  }

  @Test
  void payloadIsTextOrNullAndCounted() {
    BlockVectors vectors = new BlockVectors(new MqttColumns(PayloadType.STRING, false, List.of()));
    byte[][] payloads = {
      "äöü".getBytes(StandardCharsets.UTF_8),
      {},
      {(byte) 0xC3},
      "plain\0text".getBytes(StandardCharsets.UTF_8),
      {(byte) 0xA4, 'x'},
      {(byte) 0xED, (byte) 0xA0, (byte) 0x80}
    };
    ColumnVector payload = vectors.batch(block(payloads), 0, 1, 5).column(1);
    assertThat(payload.getUTF8String(0)).hasToString("");
    assertThat(payload.isNullAt(1)).isTrue();
    assertThat(payload.getUTF8String(1)).isNull();
    assertThat(payload.getUTF8String(2)).hasToString("plain\0text");
    assertThat(payload.isNullAt(3)).isTrue();
    assertThat(payload.isNullAt(4)).isTrue();
    assertThat(payload.numNulls()).isEqualTo(3);
    assertThat(vectors.payloadsNotUtf8()).isEqualTo(3);
    payload = vectors.batch(block(payloads), 0, 0, 2).column(1);
    assertThat(payload.getUTF8String(0)).hasToString("äöü");
    assertThat(payload.hasNull()).isFalse();
    assertThat(vectors.payloadsNotUtf8()).isEqualTo(3);
  }

  private static List<TopicPattern> patterns(String... patterns) {
    return Arrays.stream(patterns).map(TopicPattern::parse).toList();
  }

  /** The source's columns and those of the patterns. */
  static MqttColumns columns(String... patterns) {
    return new MqttColumns(PayloadType.BINARY, false, patterns(patterns));
  }

  /** The values of the topic columns of each row, with bars between them. */
  static List<String> values(ColumnarBatch batch, StructType schema) {
    List<String> rows = new ArrayList<>();
    for (int i = 0; i < batch.numRows(); i++) {
      InternalRow row = batch.getRow(i);
      List<String> values = new ArrayList<>();
      for (int column = FIRST_TOPIC_COLUMN; column < schema.size(); column++) {
        values.add(
            row.isNullAt(column)
                ? "null"
                : String.valueOf(row.get(column, schema.apply(column).dataType())));
      }
      rows.add(String.join("|", values));
    }
    return rows;
  }

  private static ByteBuffer encoded(String... topics) {
    BlockBuilder builder = new BlockBuilder("tcp://broker:1883");
    for (String topic : topics) {
      byte[] name = topic.getBytes(StandardCharsets.UTF_8);
      int known = builder.findTopic(name, 0, name.length);
      int number = known < 0 ? builder.addTopic(name, 0, name.length) : known;
      builder.add(1, 0, number, new byte[0], 0, 0, 0, 0);
    }
    return encoded(builder);
  }

  private static ByteBuffer encoded(BlockBuilder builder) {
    ByteBuffer bytes = ByteBuffer.allocate(builder.encodedLength());
    builder.encode(0, bytes);
    return bytes.flip();
  }

  /** A block with a message of each topic. */
  static Block block(String... topics) {
    return Block.wrap(encoded(topics), "test");
  }

  private static Block block(byte[]... payloads) {
    BlockBuilder builder = new BlockBuilder("tcp://broker:1883");
    int topic = builder.addTopic(new byte[] {'a'}, 0, 1);
    for (byte[] payload : payloads) {
      builder.add(1, 0, topic, payload, 0, payload.length, 0, 0);
    }
    return Block.wrap(encoded(builder), "test");
  }
}
