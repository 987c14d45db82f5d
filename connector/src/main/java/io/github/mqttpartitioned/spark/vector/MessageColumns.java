// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.vector;

import io.github.mqttpartitioned.block.Block;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.vectorized.ColumnVector;
import org.apache.spark.unsafe.types.UTF8String;
import org.jspecify.annotations.Nullable;

/**
 * The nine columns that every message has. Each column is a class of its own, so that each call in
 * Spark's generated code has one target and can be inlined.
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
   */
  static ColumnVector[] of(Block block, BorrowedBytes bytes, int partition, int firstRow) {
    return new ColumnVector[] {
      new Topic(block, bytes, firstRow),
      new Payload(block, bytes, firstRow),
      new Partition(partition),
      new Offset(block.firstOffset() + firstRow),
      new Timestamp(block, firstRow),
      new Qos(block, firstRow),
      new Retained(block, firstRow),
      new Duplicate(block, firstRow),
      new Broker(block)
    };
  }

  private static final class Topic extends BlockColumnVector {
    private final Block block;
    private final BorrowedBytes bytes;
    private final int firstRow;

    /** By number of the topic. Each is created at its first use: many messages share few topics. */
    private UTF8String @Nullable [] topics;

    Topic(Block block, BorrowedBytes bytes, int firstRow) {
      super(DataTypes.StringType);
      this.block = block;
      this.bytes = bytes;
      this.firstRow = firstRow;
    }

    @Override
    public UTF8String getUTF8String(int row) {
      if (topics == null) {
        topics = new UTF8String[block.topicCount()];
      }
      int number = block.topic(firstRow + row);
      UTF8String topic = topics[number];
      if (topic == null) {
        topic = bytes.text(block.topicStart(number), block.topicLength(number));
        topics[number] = topic;
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

    Timestamp(Block block, int firstRow) {
      super(DataTypes.TimestampType);
      this.block = block;
      this.firstRow = firstRow;
    }

    @Override
    public long getLong(int row) {
      return block.receivedMicros(firstRow + row);
    }
  }

  private static final class Qos extends BlockColumnVector {
    private final Block block;
    private final int firstRow;

    Qos(Block block, int firstRow) {
      super(DataTypes.IntegerType);
      this.block = block;
      this.firstRow = firstRow;
    }

    @Override
    public int getInt(int row) {
      return block.qos(firstRow + row);
    }
  }

  private static final class Retained extends BlockColumnVector {
    private final Block block;
    private final int firstRow;

    Retained(Block block, int firstRow) {
      super(DataTypes.BooleanType);
      this.block = block;
      this.firstRow = firstRow;
    }

    @Override
    public boolean getBoolean(int row) {
      return block.retained(firstRow + row);
    }
  }

  private static final class Duplicate extends BlockColumnVector {
    private final Block block;
    private final int firstRow;

    Duplicate(Block block, int firstRow) {
      super(DataTypes.BooleanType);
      this.block = block;
      this.firstRow = firstRow;
    }

    @Override
    public boolean getBoolean(int row) {
      return block.duplicate(firstRow + row);
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
