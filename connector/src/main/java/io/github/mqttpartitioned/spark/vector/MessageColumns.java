// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.vector;

import io.github.mqttpartitioned.block.Block;
import io.github.mqttpartitioned.block.BlockFormat;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.vectorized.ColumnVector;
import org.apache.spark.unsafe.types.UTF8String;
import org.jspecify.annotations.Nullable;

/**
 * The nine columns that every message has. Each column is a class of its own, so that each call in
 * Spark's generated code has one target and can be inlined.
 *
 * <p>The first read of a column copies its values of all rows into an array. A row then costs the
 * load of an element, and not the check of a checksum's state and of two borders.
 */
final class MessageColumns {

  /** Place of the payload among the columns. */
  static final int PAYLOAD = 1;

  private MessageColumns() {}

  /**
   * The columns of a block from one of its rows on, in the order of {@link MqttColumns}.
   *
   * @param partition partition that the block belongs to
   * @param firstRow row of the block that becomes row 0 of the columns
   * @param rows number of rows from there on
   */
  static ColumnVector[] of(
      Block block, BorrowedBytes bytes, int partition, int firstRow, int rows) {
    Flags flags = new Flags(block, firstRow, rows);
    return new ColumnVector[] {
      new Topic(block, bytes, firstRow, rows),
      new Payload(block, bytes, firstRow),
      new Partition(partition),
      new Offset(block.firstOffset() + firstRow),
      new Timestamp(block, firstRow, rows),
      new Qos(flags),
      new Retained(flags),
      new Duplicate(flags),
      new Broker(block)
    };
  }

  private static final class Topic extends BlockColumnVector {
    private final Block block;
    private final BorrowedBytes bytes;
    private final int firstRow;
    private final int rows;

    /** By row, the number of its topic. Set when the first topic is read. */
    private int @Nullable [] numbers;

    /** By number of the topic. Each is created at its first use: many messages share few topics. */
    private UTF8String @Nullable [] topics;

    Topic(Block block, BorrowedBytes bytes, int firstRow, int rows) {
      super(DataTypes.StringType);
      this.block = block;
      this.bytes = bytes;
      this.firstRow = firstRow;
      this.rows = rows;
    }

    @Override
    public UTF8String getUTF8String(int row) {
      int[] known = numbers;
      UTF8String[] texts = topics;
      if (known == null || texts == null) {
        known = block.topics(firstRow, rows);
        texts = new UTF8String[block.topicCount()];
        numbers = known;
        topics = texts;
      }
      int number = known[row];
      UTF8String topic = texts[number];
      if (topic == null) {
        topic = bytes.text(block.topicStart(number), block.topicLength(number));
        texts[number] = topic;
      }
      return topic;
    }
  }

  private static final class Payload extends BlockColumnVector {
    private final Block block;
    private final BorrowedBytes bytes;
    private final int firstRow;

    /** Set when the first payload is read. */
    private int @Nullable [] places;

    Payload(Block block, BorrowedBytes bytes, int firstRow) {
      super(DataTypes.BinaryType);
      this.block = block;
      this.bytes = bytes;
      this.firstRow = firstRow;
    }

    @Override
    public byte[] getBinary(int row) {
      int[] known = places;
      if (known == null) {
        known = block.payloadPlaces();
        places = known;
      }
      int start = known[firstRow + row];
      return bytes.copy(start, known[firstRow + row + 1] - start);
    }
  }

  /** The same number in each row. */
  static final class Partition extends BlockColumnVector {
    private final int partition;

    Partition(int partition) {
      super(DataTypes.IntegerType);
      this.partition = partition;
    }

    @Override
    public int getInt(int row) {
      return partition;
    }
  }

  private static final class Offset extends BlockColumnVector {
    private final long first;

    Offset(long first) {
      super(DataTypes.LongType);
      this.first = first;
    }

    @Override
    public long getLong(int row) {
      return first + row;
    }
  }

  private static final class Timestamp extends BlockColumnVector {
    private final Block block;
    private final int firstRow;
    private final int rows;

    /** Set when the first time is read. */
    private long @Nullable [] micros;

    Timestamp(Block block, int firstRow, int rows) {
      super(DataTypes.TimestampType);
      this.block = block;
      this.firstRow = firstRow;
      this.rows = rows;
    }

    @Override
    public long getLong(int row) {
      long[] known = micros;
      if (known == null) {
        known = block.receivedMicros(firstRow, rows);
        micros = known;
      }
      return known[row];
    }
  }

  /** The flags of all rows, for three columns. */
  private static final class Flags {
    private final Block block;
    private final int firstRow;
    private final int rows;

    /** Set when the first flag is read. */
    private byte @Nullable [] flags;

    Flags(Block block, int firstRow, int rows) {
      this.block = block;
      this.firstRow = firstRow;
      this.rows = rows;
    }

    int of(int row) {
      byte[] known = flags;
      if (known == null) {
        known = block.flags(firstRow, rows);
        flags = known;
      }
      return known[row];
    }
  }

  private static final class Qos extends BlockColumnVector {
    private final Flags flags;

    Qos(Flags flags) {
      super(DataTypes.IntegerType);
      this.flags = flags;
    }

    @Override
    public int getInt(int row) {
      return BlockFormat.qos(flags.of(row));
    }
  }

  private static final class Retained extends BlockColumnVector {
    private final Flags flags;

    Retained(Flags flags) {
      super(DataTypes.BooleanType);
      this.flags = flags;
    }

    @Override
    public boolean getBoolean(int row) {
      return BlockFormat.retained(flags.of(row));
    }
  }

  private static final class Duplicate extends BlockColumnVector {
    private final Flags flags;

    Duplicate(Flags flags) {
      super(DataTypes.BooleanType);
      this.flags = flags;
    }

    @Override
    public boolean getBoolean(int row) {
      return BlockFormat.duplicate(flags.of(row));
    }
  }

  private static final class Broker extends BlockColumnVector {
    private final Block block;
    private @Nullable UTF8String broker;

    Broker(Block block) {
      super(DataTypes.StringType);
      this.block = block;
    }

    @Override
    public UTF8String getUTF8String(int row) {
      UTF8String text = broker;
      if (text == null) {
        text = UTF8String.fromString(block.broker());
        broker = text;
      }
      return text;
    }
  }
}
