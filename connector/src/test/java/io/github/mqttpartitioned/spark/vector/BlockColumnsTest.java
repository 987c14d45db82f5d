// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.vector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.mqttpartitioned.block.Block;
import io.github.mqttpartitioned.block.BlockFormat;
import io.github.mqttpartitioned.block.CorruptBlockException;
import io.github.mqttpartitioned.option.settings.PayloadType;
import io.github.mqttpartitioned.spark.read.TestMessage;
import io.github.mqttpartitioned.spark.read.TestMessage.Properties;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.vectorized.ColumnVector;
import org.apache.spark.sql.vectorized.ColumnarArray;
import org.junit.jupiter.api.Test;

class BlockColumnsTest {

  private static final long FIRST = 1L << 40;

  private static final List<UnaryOperator<ByteBuffer>> MEMORIES =
      List.of(
          block -> block,
          ByteBuffer::asReadOnlyBuffer,
          block -> ByteBuffer.allocateDirect(block.remaining()).put(block.duplicate()).flip(),
          block ->
              ByteBuffer.allocateDirect(block.remaining())
                  .put(block.duplicate())
                  .flip()
                  .asReadOnlyBuffer(),
          block ->
              // Not at the beginning of its memory.
              ByteBuffer.allocateDirect(block.remaining() + 24)
                  .position(24)
                  .put(block.duplicate())
                  .position(24),
          block ->
              ByteBuffer.wrap(new byte[block.remaining() + 8])
                  .position(8)
                  .put(block.duplicate())
                  .position(8));

  @Test
  void columnsGiveTheMessagesBack() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int round = 0; round < 120; round++) {
      List<TestMessage> messages = TestMessage.random(random, 1 + random.nextInt(60), true);
      ByteBuffer bytes =
          MEMORIES.get(round % MEMORIES.size()).apply(TestMessage.block(FIRST, messages));
      Block block = Block.wrap(bytes, "test");
      int from = random.nextInt(messages.size());
      int count = 1 + random.nextInt(messages.size() - from);
      BorrowedBytes memory = new BorrowedBytes(block.bytes());
      List<ColumnVector> columns = new ArrayList<>();
      columns.addAll(List.of(MessageColumns.of(block, memory, 7, from, count)));
      columns.addAll(List.of(PropertyColumns.of(block, memory, from, count)));
      for (int row = 0; row < count; row++) {
        assertThat(rowOf(columns, row))
            .as("seed %d, round %d, row %d", seed, round, row)
            .usingRecursiveComparison()
            .isEqualTo(rowOf(messages.get(from + row), FIRST + from + row));
      }
      for (ColumnVector column : columns) {
        int nulls = 0;
        for (int row = 0; row < count; row++) {
          nulls += column.isNullAt(row) ? 1 : 0;
        }
        assertThat(column.numNulls()).as("seed %d, round %d", seed, round).isEqualTo(nulls);
        assertThat(column.hasNull()).as("seed %d, round %d", seed, round).isEqualTo(nulls > 0);
        column.close();
        column.closeIfFreeable();
      }
      assertThat(columns.get(0).getUTF8String(0)).hasToString(messages.get(from).topic());
    }
  }

  private static List<Object> rowOf(List<ColumnVector> columns, int row) {
    List<Object> values = new ArrayList<>();
    values.add(columns.get(0).getUTF8String(row).toString());
    values.add(columns.get(1).getBinary(row));
    values.add(columns.get(2).getInt(row));
    values.add(columns.get(3).getLong(row));
    values.add(columns.get(4).getLong(row));
    values.add(columns.get(5).getInt(row));
    values.add(columns.get(6).getBoolean(row));
    values.add(columns.get(7).getBoolean(row));
    values.add(columns.get(8).getUTF8String(row).toString());
    values.add(text(columns.get(9), row));
    values.add(columns.get(10).isNullAt(row) ? null : columns.get(10).getBoolean(row));
    values.add(text(columns.get(11), row));
    values.add(columns.get(12).isNullAt(row) ? null : columns.get(12).getBinary(row));
    values.add(columns.get(13).isNullAt(row) ? null : columns.get(13).getLong(row));
    List<List<String>> user = new ArrayList<>();
    if (!columns.get(14).isNullAt(row)) {
      ColumnarArray array = columns.get(14).getArray(row);
      for (int i = 0; i < array.numElements(); i++) {
        user.add(
            List.of(
                array.getStruct(i, 2).getUTF8String(0).toString(),
                array.getStruct(i, 2).getUTF8String(1).toString()));
      }
      assertThat(user).isNotEmpty();
    }
    values.add(user);
    return values;
  }

  private static String text(ColumnVector column, int row) {
    return column.isNullAt(row) ? null : column.getUTF8String(row).toString();
  }

  private static List<Object> rowOf(TestMessage message, long offset) {
    List<Object> values = new ArrayList<>();
    values.add(message.topic());
    values.add(message.payload());
    values.add(7);
    values.add(offset);
    values.add(message.receivedMicros());
    values.add(message.qos());
    values.add(message.retained());
    values.add(message.duplicate());
    values.add(TestMessage.BROKER);
    Properties properties = message.properties();
    values.add(properties.contentType());
    values.add(properties.payloadIsUtf8());
    values.add(properties.responseTopic());
    values.add(properties.correlationData());
    values.add(properties.messageExpiryInterval());
    values.add(properties.userProperties());
    return values;
  }

  @Test
  void columnsHaveTheTypesOfTheSchema() {
    Block block =
        Block.wrap(TestMessage.block(0, TestMessage.random(new Random(1), 3, true)), "test");
    BorrowedBytes memory = new BorrowedBytes(block.bytes());
    List<ColumnVector> columns =
        new ArrayList<>(List.of(MessageColumns.of(block, memory, 0, 0, 3)));
    columns.addAll(List.of(PropertyColumns.of(block, memory, 0, 3)));
    StructType schema = columns(true).schema();
    assertThat(columns).hasSize(schema.size());
    for (int i = 0; i < columns.size(); i++) {
      assertThat(columns.get(i).dataType()).isEqualTo(schema.apply(i).dataType());
    }
  }

  private static MqttColumns columns(boolean properties) {
    return new MqttColumns(PayloadType.BINARY, properties, List.of());
  }

  @Test
  void schemaIsThatOfTheContract() {
    String message =
        "topic STRING,payload BINARY,partition INT,offset BIGINT,timestamp TIMESTAMP,qos INT,"
            + "retained BOOLEAN,duplicate BOOLEAN,broker STRING";
    assertThat(columns(false).schema().toDDL()).isEqualTo(message);
    assertThat(columns(true).schema().toDDL())
        .isEqualTo(
            message
                + ",contentType STRING,payloadIsUtf8 BOOLEAN,responseTopic STRING,correlationData"
                + " BINARY,messageExpiryInterval BIGINT,userProperties ARRAY<STRUCT<key:"
                + " STRING, value: STRING>>");
  }

  @Test
  void onlyColumnsThatAreAskedForAreRead() {
    ByteBuffer bytes = TestMessage.block(5, TestMessage.random(new Random(1), 50, true));
    // Behind the header: no column keeps its checksum.
    for (int at = BlockFormat.HEADER_LENGTH; at < bytes.limit(); at++) {
      bytes.put(at, (byte) ~bytes.get(at));
    }
    Block block = Block.wrap(bytes, "test");
    BorrowedBytes memory = new BorrowedBytes(block.bytes());
    ColumnVector[] columns = MessageColumns.of(block, memory, 3, 10, 40);
    ColumnVector[] properties = PropertyColumns.of(block, memory, 10, 40);
    assertThat(columns[2].getInt(39)).isEqualTo(3);
    assertThat(columns[3].getLong(39)).isEqualTo(54);
    for (Runnable touch :
        List.<Runnable>of(
            () -> columns[0].getUTF8String(0),
            () -> columns[1].getBinary(0),
            () -> columns[4].getLong(0),
            () -> columns[5].getInt(0),
            () -> columns[6].getBoolean(0),
            () -> columns[7].getBoolean(0),
            () -> properties[0].isNullAt(0))) {
      assertThatThrownBy(touch::run).isInstanceOf(CorruptBlockException.class);
    }
  }

  @Test
  void getterOfAnotherTypeIsRefused() {
    Block block =
        Block.wrap(TestMessage.block(0, TestMessage.random(new Random(1), 1, false)), "test");
    ColumnVector topic = MessageColumns.of(block, new BorrowedBytes(block.bytes()), 0, 0, 1)[0];
    assertThatThrownBy(() -> topic.getLong(0))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessage("A column of type STRING has no values of type long");
  }
}
