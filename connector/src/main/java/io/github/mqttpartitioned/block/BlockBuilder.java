// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.block;

import io.github.mqttpartitioned.block.BlockFormat.Column;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Collects messages column by column and writes them as one block, see {@link BlockFormat}.
 *
 * <p>{@link #add} allocates nothing when the columns have grown to their usual size. {@link #clear}
 * keeps that size for the next block, and frees what one large message took. Confined to one
 * thread.
 */
public final class BlockBuilder {

  /** A builder with this many bytes of payloads, properties and topics is full. */
  public static final int FULL_BYTES = 1 << 20;

  /** A builder with this many messages is full. */
  public static final int FULL_MESSAGES = 1 << 14;

  private static final int FIRST_MESSAGES = 64;
  private static final int FIRST_BYTES = 4 << 10;
  private static final int NOT_FOUND = -1;
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private final byte[] broker;

  private int count;
  private long[] received = new long[FIRST_MESSAGES];
  private byte[] flags = new byte[FIRST_MESSAGES];
  private int[] topics = new int[FIRST_MESSAGES];
  private int[] payloadEnds = new int[FIRST_MESSAGES];
  private int[] propertyEnds = new int[0];

  private final Bytes payloadBytes = new Bytes();
  private final Bytes propertyBytes = new Bytes();
  private final Bytes topicBytes = new Bytes();

  private int topicCount;
  private int[] topicEnds = new int[FIRST_MESSAGES];

  /**
   * Hash table of the topics with open addressing. A slot holds a topic's number + 1, or 0. The
   * length is a power of 2, and at most half of the slots are taken.
   */
  private int[] slots = new int[4 * FIRST_MESSAGES];

  /**
   * @param broker URL of the broker that the messages come from
   */
  public BlockBuilder(String broker) {
    this.broker = broker.getBytes(StandardCharsets.UTF_8);
  }

  /**
   * Looks a topic up among those of this block.
   *
   * @return its number for {@link #add}, or a negative number when the block has no such topic yet
   */
  public int findTopic(byte[] source, int start, int length) {
    int mask = slots.length - 1;
    for (int slot = hash(source, start, length) & mask; ; slot = slot + 1 & mask) {
      int topic = slots[slot] - 1;
      if (topic < 0) {
        return NOT_FOUND;
      }
      int from = topic == 0 ? 0 : topicEnds[topic - 1];
      int end = topicEnds[topic];
      if (end - from == length
          && Arrays.equals(topicBytes.array, from, end, source, start, start + length)) {
        return topic;
      }
    }
  }

  /**
   * Adds a topic that {@link #findTopic} did not find.
   *
   * @return its number for {@link #add}
   */
  public int addTopic(byte[] source, int start, int length) {
    if (2 * (topicCount + 1) > slots.length) {
      growSlots();
    }
    int topic = topicCount++;
    topicBytes.add(source, start, length);
    if (topic == topicEnds.length) {
      topicEnds = Arrays.copyOf(topicEnds, 2 * topic);
    }
    topicEnds[topic] = topicBytes.length;
    putSlot(topic, hash(source, start, length));
    return topic;
  }

  /**
   * Adds one message.
   *
   * @param receivedMicros time of receipt, microseconds since 1970, UTC
   * @param messageFlags from {@link BlockFormat#flags}
   * @param topic number from {@link #findTopic} or {@link #addTopic}
   * @param source holds payload and properties
   * @param propertyLength 0 for a message without properties
   */
  public void add(
      long receivedMicros,
      int messageFlags,
      int topic,
      byte[] source,
      int payloadStart,
      int payloadLength,
      int propertyStart,
      int propertyLength) {
    int row = count;
    if (row == received.length) {
      growRows();
    }
    received[row] = receivedMicros;
    flags[row] = (byte) messageFlags;
    topics[row] = topic;
    payloadBytes.add(source, payloadStart, payloadLength);
    payloadEnds[row] = payloadBytes.length;
    if (propertyLength > 0 || propertyBytes.length > 0) {
      addProperties(row, source, propertyStart, propertyLength);
    }
    count = row + 1;
  }

  private void addProperties(int row, byte[] source, int start, int length) {
    if (propertyEnds.length < received.length) {
      propertyEnds = Arrays.copyOf(propertyEnds, received.length);
    }
    if (propertyBytes.length == 0) {
      Arrays.fill(propertyEnds, 0, row, 0);
    }
    propertyBytes.add(source, start, length);
    propertyEnds[row] = propertyBytes.length;
  }

  /** Number of messages so far. */
  public int count() {
    return count;
  }

  public boolean isEmpty() {
    return count == 0;
  }

  /** Bytes of payloads, properties and topics so far. */
  public long sizeInBytes() {
    return (long) payloadBytes.length + propertyBytes.length + topicBytes.length;
  }

  /** Bytes of memory that the columns take, whatever they hold now. */
  public long memoryBytes() {
    long ints =
        (long) topics.length
            + payloadEnds.length
            + propertyEnds.length
            + topicEnds.length
            + slots.length;
    return (long) Long.BYTES * received.length
        + flags.length
        + Integer.BYTES * ints
        + payloadBytes.array.length
        + propertyBytes.array.length
        + topicBytes.array.length;
  }

  /** Whether the next message belongs in the next block. */
  public boolean isFull() {
    return count >= FULL_MESSAGES || sizeInBytes() >= FULL_BYTES;
  }

  /** Length of the block that {@link #encode} would write now. */
  public int encodedLength() {
    long length = BlockFormat.HEADER_LENGTH;
    for (Column column : Column.values()) {
      length = BlockFormat.align(length + columnLength(column));
    }
    return Math.toIntExact(length);
  }

  /**
   * Writes the block into {@code target}, from its position on, {@link #encodedLength} bytes.
   *
   * @param firstOffset offset of the first message
   * @throws IllegalStateException when there is no message
   */
  public void encode(long firstOffset, ByteBuffer target) {
    if (count == 0) {
      throw new IllegalStateException("a block holds at least one message");
    }
    int length = encodedLength();
    ByteBuffer block = target.slice(target.position(), length).order(BlockFormat.ORDER);
    block.putInt(BlockFormat.MAGIC_AT, BlockFormat.MAGIC);
    block.putShort(BlockFormat.VERSION_AT, BlockFormat.VERSION);
    block.putShort(BlockFormat.COLUMNS_AT, (short) BlockFormat.COLUMNS);
    block.putLong(BlockFormat.FIRST_OFFSET_AT, firstOffset);
    block.putInt(BlockFormat.COUNT_AT, count);
    block.putInt(BlockFormat.TOPICS_AT, topicCount);
    block.putInt(BlockFormat.LENGTH_AT, length);
    int position = BlockFormat.HEADER_LENGTH;
    for (Column column : Column.values()) {
      int columnLength = columnLength(column);
      putColumn(column, block.slice(position, columnLength).order(BlockFormat.ORDER));
      block.putInt(column.lengthAt(), columnLength);
      block.putInt(column.crcAt(), BlockFormat.crc(block, position, columnLength));
      int end = position + columnLength;
      position = (int) BlockFormat.align(end);
      for (int padding = end; padding < position; padding++) {
        block.put(padding, (byte) 0);
      }
    }
    block.putInt(BlockFormat.CRC_AT, BlockFormat.headerCrc(block));
    target.position(target.position() + length);
  }

  private int columnLength(Column column) {
    return switch (column) {
      case RECEIVED -> count * Long.BYTES;
      case FLAGS -> count;
      case TOPIC_INDEX, PAYLOAD_ENDS -> count * Integer.BYTES;
      case TOPIC_ENDS -> topicCount * Integer.BYTES;
      case TOPIC_BYTES -> topicBytes.length;
      case PAYLOAD_BYTES -> payloadBytes.length;
      case PROPERTY_ENDS -> propertyBytes.length == 0 ? 0 : count * Integer.BYTES;
      case PROPERTY_BYTES -> propertyBytes.length;
      case BROKER -> broker.length;
    };
  }

  private void putColumn(Column column, ByteBuffer target) {
    switch (column) {
      case RECEIVED -> target.asLongBuffer().put(received, 0, count);
      case FLAGS -> target.put(flags, 0, count);
      case TOPIC_INDEX -> target.asIntBuffer().put(topics, 0, count);
      case TOPIC_ENDS -> target.asIntBuffer().put(topicEnds, 0, topicCount);
      case TOPIC_BYTES -> topicBytes.writeTo(target);
      case PAYLOAD_ENDS -> target.asIntBuffer().put(payloadEnds, 0, count);
      case PAYLOAD_BYTES -> payloadBytes.writeTo(target);
      case PROPERTY_ENDS -> {
        if (propertyBytes.length > 0) {
          target.asIntBuffer().put(propertyEnds, 0, count);
        }
      }
      case PROPERTY_BYTES -> propertyBytes.writeTo(target);
      case BROKER -> target.put(broker);
    }
  }

  /** Forgets all messages and topics. */
  public void clear() {
    count = 0;
    topicCount = 0;
    payloadBytes.clear();
    propertyBytes.clear();
    topicBytes.clear();
    Arrays.fill(slots, 0);
  }

  private void growRows() {
    int size = 2 * received.length;
    received = Arrays.copyOf(received, size);
    flags = Arrays.copyOf(flags, size);
    topics = Arrays.copyOf(topics, size);
    payloadEnds = Arrays.copyOf(payloadEnds, size);
  }

  private void growSlots() {
    slots = new int[2 * slots.length];
    for (int topic = 0; topic < topicCount; topic++) {
      int from = topic == 0 ? 0 : topicEnds[topic - 1];
      putSlot(topic, hash(topicBytes.array, from, topicEnds[topic] - from));
    }
  }

  private void putSlot(int topic, int hash) {
    int mask = slots.length - 1;
    int slot = hash & mask;
    while (slots[slot] != 0) {
      slot = slot + 1 & mask;
    }
    slots[slot] = topic + 1;
  }

  private static int hash(byte[] source, int start, int length) {
    long hash = length;
    int at = start;
    int end = start + length;
    for (; end - at >= Long.BYTES; at += Long.BYTES) {
      hash = mix(hash ^ (long) LONGS.get(source, at));
    }
    long rest = 0;
    for (; at < end; at++) {
      rest = (rest << Byte.SIZE) | (source[at] & 0xFF);
    }
    hash = mix(hash ^ rest);
    return (int) (hash ^ hash >>> 32);
  }

  private static long mix(long value) {
    long product = value * 0x9E3779B97F4A7C15L;
    return product ^ product >>> 29;
  }

  /** An array of bytes that grows at its end. */
  private static final class Bytes {
    private byte[] array = new byte[0];
    private int length;

    void add(byte[] source, int start, int added) {
      if (array.length - length < added) {
        grow(added);
      }
      System.arraycopy(source, start, array, length, added);
      length += added;
    }

    private void grow(int added) {
      // After a message that is larger than a whole block none follows, so it gets no spare room.
      int needed = Math.addExact(length, added);
      int size = needed > 2 * FULL_BYTES ? needed : Math.max(FIRST_BYTES, 2 * needed);
      array = Arrays.copyOf(array, size);
    }

    void writeTo(ByteBuffer target) {
      target.put(array, 0, length);
    }

    void clear() {
      length = 0;
      if (array.length > 4 * FULL_BYTES) {
        array = new byte[0];
      }
    }
  }
}
