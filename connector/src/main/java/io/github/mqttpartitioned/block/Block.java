// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.block;

import io.github.mqttpartitioned.block.BlockFormat.Column;
import io.github.mqttpartitioned.mqtt.packet.MalformedPropertiesException;
import io.github.mqttpartitioned.mqtt.packet.PropertyCursor;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Reads a block where it lies, see {@link BlockFormat}. {@link #wrap} checks the header. A column
 * is checked when it is first used, and every position within a column before it is returned. So
 * for any bytes the answer is right or a {@link CorruptBlockException}.
 *
 * <p>Confined to one thread. The memory is borrowed: a block from a cursor is valid until the
 * cursor moves or is closed.
 */
public final class Block {

  private static final Column[] COLUMNS = Column.values();

  private final ByteBuffer bytes;
  private final String place;
  private final long firstOffset;
  private final int count;
  private final int topicCount;
  private final int[] starts = new int[BlockFormat.COLUMNS];
  private final int[] lengths = new int[BlockFormat.COLUMNS];
  private int verified;

  private Block(ByteBuffer bytes, String place) {
    this.bytes = bytes;
    this.place = place;
    int capacity = bytes.capacity();
    if (capacity < BlockFormat.HEADER_LENGTH) {
      throw CorruptBlockException.mismatch(
          place, "its length", capacity, BlockFormat.HEADER_LENGTH);
    }
    expect("magic number", bytes.getInt(BlockFormat.MAGIC_AT), BlockFormat.MAGIC);
    expect("format version", bytes.getShort(BlockFormat.VERSION_AT), BlockFormat.VERSION);
    int crc = BlockFormat.headerCrc(bytes);
    if (crc != bytes.getInt(BlockFormat.CRC_AT)) {
      throw CorruptBlockException.checksum(
          place, "the header", crc, bytes.getInt(BlockFormat.CRC_AT));
    }
    expect("number of columns", bytes.getShort(BlockFormat.COLUMNS_AT), BlockFormat.COLUMNS);
    expect("length", capacity, bytes.getInt(BlockFormat.LENGTH_AT));
    firstOffset = bytes.getLong(BlockFormat.FIRST_OFFSET_AT);
    count = bytes.getInt(BlockFormat.COUNT_AT);
    topicCount = bytes.getInt(BlockFormat.TOPICS_AT);
    expectAtLeast(0, "offset of the first message", firstOffset);
    expectAtLeast(1, "number of messages", count);
    expectAtLeast(1, "number of topics", topicCount);
    long position = BlockFormat.HEADER_LENGTH;
    for (Column column : COLUMNS) {
      int length = bytes.getInt(column.lengthAt());
      if (length < 0 || position + length > capacity) {
        throw CorruptBlockException.mismatch(
            place, "length of column " + column, length, capacity - position);
      }
      starts[column.place] = (int) position;
      lengths[column.place] = length;
      position = BlockFormat.align(position + length);
    }
    expect("end of the last column", position, capacity);
    expectLength(Column.RECEIVED, (long) count * Long.BYTES);
    expectLength(Column.FLAGS, count);
    expectLength(Column.TOPIC_INDEX, (long) count * Integer.BYTES);
    expectLength(Column.TOPIC_ENDS, (long) topicCount * Integer.BYTES);
    expectLength(Column.PAYLOAD_ENDS, (long) count * Integer.BYTES);
    if (lengths[Column.PROPERTY_ENDS.place] != 0) {
      expectLength(Column.PROPERTY_ENDS, (long) count * Integer.BYTES);
    }
  }

  /**
   * Reads the block that fills {@code bytes} from its position to its limit.
   *
   * @param place where it was found, for errors: "store …/p3, offset 4711"
   * @throws CorruptBlockException when the header is not that of a block of this format
   */
  public static Block wrap(ByteBuffer bytes, String place) {
    return new Block(bytes.slice().order(BlockFormat.ORDER), place);
  }

  /** Offset of the first message. The others follow without a gap. */
  public long firstOffset() {
    return firstOffset;
  }

  /** Number of messages, 1 or more. */
  public int count() {
    return count;
  }

  /** Number of different topics, 1 or more. A topic without a message is possible. */
  public int topicCount() {
    return topicCount;
  }

  /** The whole block, little endian. {@link #start} returns indexes into it. */
  public ByteBuffer bytes() {
    return bytes;
  }

  /** Length of the whole block in bytes. */
  public int length() {
    return bytes.capacity();
  }

  /** Time of receipt of message {@code row} of the block, in microseconds since 1970, UTC. */
  public long receivedMicros(int row) {
    return bytes.getLong(start(Column.RECEIVED) + row * Long.BYTES);
  }

  /**
   * As {@link #receivedMicros(int)} of {@code rows} messages from {@code firstRow} on, for a caller
   * that reads many.
   */
  public long[] receivedMicros(int firstRow, int rows) {
    long[] micros = new long[rows];
    bytes
        .slice(start(Column.RECEIVED) + firstRow * Long.BYTES, rows * Long.BYTES)
        .order(BlockFormat.ORDER)
        .asLongBuffer()
        .get(micros);
    return micros;
  }

  /** QoS of the PUBLISH: 0, 1 or 2 (MQTT 5, section 3.3.1.2). */
  public int qos(int row) {
    return BlockFormat.qos(flags(row));
  }

  /** The RETAIN flag of the PUBLISH (MQTT 5, section 3.3.1.3). */
  public boolean retained(int row) {
    return BlockFormat.retained(flags(row));
  }

  /** The DUP flag of the PUBLISH (MQTT 5, section 3.3.1.1). */
  public boolean duplicate(int row) {
    return BlockFormat.duplicate(flags(row));
  }

  private int flags(int row) {
    return bytes.get(start(Column.FLAGS) + row);
  }

  /**
   * The flags of {@code rows} messages from {@code firstRow} on, for a caller that reads many. See
   * {@link BlockFormat#qos}, {@link BlockFormat#retained} and {@link BlockFormat#duplicate}.
   */
  public byte[] flags(int firstRow, int rows) {
    byte[] flags = new byte[rows];
    bytes.get(start(Column.FLAGS) + firstRow, flags);
    return flags;
  }

  /** Index of the message's topic among those of the block: 0 to {@link #topicCount} - 1. */
  public int topic(int row) {
    int topic = bytes.getInt(start(Column.TOPIC_INDEX) + row * Integer.BYTES);
    if (topic < 0 || topic >= topicCount) {
      throw CorruptBlockException.outside(place, "topic", row, topic, topicCount - 1L);
    }
    return topic;
  }

  /**
   * As {@link #topic} of {@code rows} messages from {@code firstRow} on, for a caller that reads
   * many.
   */
  public int[] topics(int firstRow, int rows) {
    int[] topics = new int[rows];
    bytes
        .slice(start(Column.TOPIC_INDEX) + firstRow * Integer.BYTES, rows * Integer.BYTES)
        .order(BlockFormat.ORDER)
        .asIntBuffer()
        .get(topics);
    for (int row = 0; row < rows; row++) {
      int topic = topics[row];
      if (topic < 0 || topic >= topicCount) {
        throw CorruptBlockException.outside(place, "topic", firstRow + row, topic, topicCount - 1L);
      }
    }
    return topics;
  }

  /** Index in {@link #bytes} at which topic {@code topic} begins. */
  public int topicStart(int topic) {
    return start(Column.TOPIC_BYTES) + from(Column.TOPIC_ENDS, Column.TOPIC_BYTES, topic);
  }

  /** Length of topic {@code topic} in bytes of UTF-8. */
  public int topicLength(int topic) {
    return length(Column.TOPIC_ENDS, Column.TOPIC_BYTES, topic);
  }

  /** Index in {@link #bytes} at which the payload of message {@code row} begins. */
  public int payloadStart(int row) {
    return start(Column.PAYLOAD_BYTES) + from(Column.PAYLOAD_ENDS, Column.PAYLOAD_BYTES, row);
  }

  /** Length of the payload of message {@code row} in bytes. */
  public int payloadLength(int row) {
    return length(Column.PAYLOAD_ENDS, Column.PAYLOAD_BYTES, row);
  }

  /**
   * Where all payloads lie, for a caller that reads many. The payload of message {@code row} lies
   * from element {@code row} of the array to element {@code row + 1}, as indexes in {@link #bytes}.
   */
  public int[] payloadPlaces() {
    int[] places = new int[count + 1];
    bytes
        .slice(start(Column.PAYLOAD_ENDS), count * Integer.BYTES)
        .order(BlockFormat.ORDER)
        .asIntBuffer()
        .get(places, 1, count);
    int first = start(Column.PAYLOAD_BYTES);
    int length = lengths[Column.PAYLOAD_BYTES.place];
    int before = 0;
    places[0] = first;
    for (int row = 0; row < count; row++) {
      int end = places[row + 1];
      if (end < before || end > length) {
        throw CorruptBlockException.outside(
            place, "end in " + Column.PAYLOAD_BYTES, row, end, length);
      }
      places[row + 1] = first + end;
      before = end;
    }
    return places;
  }

  /** Whether any message of the block has properties. */
  public boolean hasProperties() {
    return lengths[Column.PROPERTY_ENDS.place] != 0;
  }

  /**
   * Moves {@code cursor} before the properties of message {@code row}.
   *
   * @throws CorruptBlockException when they do not lie in the block
   */
  public void properties(int row, PropertyCursor cursor) {
    if (!hasProperties()) {
      cursor.reset(bytes, 0, 0);
      return;
    }
    cursor.reset(
        bytes,
        start(Column.PROPERTY_BYTES) + from(Column.PROPERTY_ENDS, Column.PROPERTY_BYTES, row),
        length(Column.PROPERTY_ENDS, Column.PROPERTY_BYTES, row));
  }

  /** The error for a {@link MalformedPropertiesException} in the properties of {@code row}. */
  public CorruptBlockException corruptProperties(int row, MalformedPropertiesException cause) {
    return CorruptBlockException.properties(place, row, String.valueOf(cause.getMessage()));
  }

  /** URL of the broker that the messages came from. */
  public String broker() {
    byte[] text = new byte[lengths[Column.BROKER.place]];
    bytes.get(start(Column.BROKER), text);
    return new String(text, StandardCharsets.UTF_8);
  }

  /**
   * Index in {@link #bytes} at which a column begins.
   *
   * @throws CorruptBlockException when its checksum is wrong. It is checked once for each block and
   *     column
   */
  public int start(Column column) {
    int bit = 1 << column.place;
    if ((verified & bit) == 0) {
      verify(column);
      verified |= bit;
    }
    return starts[column.place];
  }

  /** Checks every column now, and not when it is first used. */
  public void verify() {
    for (Column column : COLUMNS) {
      start(column);
    }
  }

  private void verify(Column column) {
    int found = BlockFormat.crc(bytes, starts[column.place], lengths[column.place]);
    int expected = bytes.getInt(column.crcAt());
    if (found != expected) {
      throw CorruptBlockException.checksum(place, "column " + column, found, expected);
    }
  }

  private int from(Column ends, Column values, int index) {
    return index == 0 ? 0 : end(ends, values, index - 1);
  }

  private int length(Column ends, Column values, int index) {
    int length = end(ends, values, index) - from(ends, values, index);
    if (length < 0) {
      throw CorruptBlockException.outside(
          place, "length in " + values, index, length, lengths[values.place]);
    }
    return length;
  }

  private int end(Column ends, Column values, int index) {
    int end = bytes.getInt(start(ends) + index * Integer.BYTES);
    if (end < 0 || end > lengths[values.place]) {
      throw CorruptBlockException.outside(
          place, "end in " + values, index, end, lengths[values.place]);
    }
    return end;
  }

  private void expectLength(Column column, long expected) {
    expect("length of column " + column, lengths[column.place], expected);
  }

  private void expectAtLeast(long minimum, String what, long found) {
    if (found < minimum) {
      throw CorruptBlockException.tooSmall(place, what, found, minimum);
    }
  }

  private void expect(String what, long found, long expected) {
    if (found != expected) {
      throw CorruptBlockException.mismatch(place, what, found, expected);
    }
  }
}
