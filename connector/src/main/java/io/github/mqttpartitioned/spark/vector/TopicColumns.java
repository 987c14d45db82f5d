// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.vector;

import io.github.mqttpartitioned.block.Block;
import io.github.mqttpartitioned.mqtt.topic.TopicPattern.FieldType;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.vectorized.ColumnVector;
import org.apache.spark.unsafe.types.UTF8String;
import org.jspecify.annotations.Nullable;

/**
 * The columns of the topic's levels. The first read of any of them takes each topic of the block
 * apart once, however many messages have it. A value is then found by the message's topic number.
 */
final class TopicColumns {

  /** Without what Java alone knows as a number, such as {@code 1d}, {@code 0x1p3} and spaces. */
  private static final Pattern DECIMAL =
      Pattern.compile("[+-]?(?:\\d++(?:\\.\\d*+)?|\\.\\d++)(?:[eE][+-]?\\d++)?");

  private static final Pattern WHOLE = Pattern.compile("[+-]?\\d++");

  private final TopicFields fields;
  private final Block block;
  private final BorrowedBytes bytes;
  private final int firstRow;
  private final int rows;
  private long @Nullable [][] places;

  /** By row, the number of its topic. All columns share it. */
  private int @Nullable [] topics;

  private TopicColumns(
      TopicFields fields, Block block, BorrowedBytes bytes, int firstRow, int rows) {
    this.fields = fields;
    this.block = block;
    this.bytes = bytes;
    this.firstRow = firstRow;
    this.rows = rows;
  }

  /** The columns of {@code rows} rows of a block from {@code firstRow} on. */
  static List<ColumnVector> of(
      TopicFields fields, Block block, BorrowedBytes bytes, int firstRow, int rows) {
    TopicColumns columns = new TopicColumns(fields, block, bytes, firstRow, rows);
    List<ColumnVector> vectors = new ArrayList<>();
    for (FieldType type : fields.types()) {
      int column = vectors.size();
      vectors.add(
          switch (type) {
            case STRING -> columns.new Text(column);
            case INT -> columns.new Int(column);
            case LONG -> columns.new Long64(column);
            case DOUBLE -> columns.new Double64(column);
            case BOOLEAN -> columns.new Bool(column);
          });
    }
    return vectors;
  }

  private int[] topics() {
    int[] found = topics;
    if (found == null) {
      found = block.topics(firstRow, rows);
      topics = found;
    }
    return found;
  }

  private long[] places(int column) {
    long[][] found = places;
    if (found == null) {
      found = fields.places(block);
      places = found;
    }
    return found[column];
  }

  /**
   * A level as text.
   *
   * @param place one that is there; the text has a character for each byte
   */
  private String text(long place) {
    return new String(
        bytes.copy(TopicFields.start(place), TopicFields.length(place)),
        StandardCharsets.ISO_8859_1);
  }

  /**
   * A column of one value for each topic of the block.
   *
   * @param <V> what holds the value
   */
  private abstract class Level<V> extends NullableColumnVector {
    private static final int[] UNREAD = {};

    private final int column;

    /** By number of the topic. */
    private @Nullable Object[] values = {};

    /** By row, the number of its topic; {@link #UNREAD} until the column is read. */
    private int[] numbers = UNREAD;

    Level(DataType type, int column) {
      super(type, rows);
      this.column = column;
    }

    /** The value of a level, null if it does not parse. */
    abstract @Nullable V parse(long place);

    @SuppressWarnings("unchecked") // values holds what parse has given
    final @Nullable V value(int row) {
      if (numbers == UNREAD) {
        values = parseAll();
        numbers = topics();
      }
      return (V) values[numbers[row]];
    }

    private @Nullable Object[] parseAll() {
      long[] found = places(column);
      @Nullable Object[] parsed = new @Nullable Object[found.length];
      for (int topic = 0; topic < found.length; topic++) {
        parsed[topic] = found[topic] == TopicFields.NONE ? null : parse(found[topic]);
      }
      return parsed;
    }

    @Override
    public final boolean isNullAt(int row) {
      return value(row) == null;
    }
  }

  private final class Text extends Level<UTF8String> {
    Text(int column) {
      super(MqttColumns.typeOf(FieldType.STRING), column);
    }

    @Override
    UTF8String parse(long place) {
      return bytes.text(TopicFields.start(place), TopicFields.length(place));
    }

    @Override
    public @Nullable UTF8String getUTF8String(int row) {
      return value(row);
    }
  }

  private final class Int extends Level<Integer> {
    Int(int column) {
      super(MqttColumns.typeOf(FieldType.INT), column);
    }

    @Override
    @Nullable Integer parse(long place) {
      Long number = wholeNumber(text(place));
      return number == null || number != number.intValue() ? null : (Integer) number.intValue();
    }

    @Override
    public int getInt(int row) {
      Integer number = value(row);
      return number == null ? 0 : number;
    }
  }

  private final class Long64 extends Level<Long> {
    Long64(int column) {
      super(MqttColumns.typeOf(FieldType.LONG), column);
    }

    @Override
    @Nullable Long parse(long place) {
      return wholeNumber(text(place));
    }

    @Override
    public long getLong(int row) {
      Long number = value(row);
      return number == null ? 0 : number;
    }
  }

  private static @Nullable Long wholeNumber(String text) {
    try {
      return WHOLE.matcher(text).matches() ? (Long) Long.parseLong(text) : null;
    } catch (NumberFormatException e) {
      // Out of range.
      return null;
    }
  }

  private final class Double64 extends Level<Double> {
    Double64(int column) {
      super(MqttColumns.typeOf(FieldType.DOUBLE), column);
    }

    @Override
    @Nullable Double parse(long place) {
      String text = text(place);
      return DECIMAL.matcher(text).matches() ? (Double) Double.parseDouble(text) : null;
    }

    @Override
    public double getDouble(int row) {
      Double number = value(row);
      return number == null ? 0 : number;
    }
  }

  private final class Bool extends Level<Boolean> {
    Bool(int column) {
      super(MqttColumns.typeOf(FieldType.BOOLEAN), column);
    }

    @Override
    @Nullable Boolean parse(long place) {
      String text = text(place);
      boolean isTrue = text.equalsIgnoreCase("true");
      return (isTrue || text.equalsIgnoreCase("false")) ? (Boolean) isTrue : null;
    }

    @Override
    public boolean getBoolean(int row) {
      Boolean truth = value(row);
      return truth != null && truth;
    }
  }
}
