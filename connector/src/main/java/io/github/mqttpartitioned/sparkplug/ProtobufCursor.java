// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.sparkplug;

import io.github.mqttpartitioned.mqtt.packet.Utf8;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Goes over the fields of one protobuf message. A field that a message does not know is passed
 * over, as protobuf does it. Each method throws {@link MalformedPayloadException} where the bytes
 * are not a message.
 *
 * <p>Not thread-safe.
 */
final class ProtobufCursor {

  private static final int VARINT = 0;
  private static final int FIXED_64 = 1;
  private static final int LENGTH = 2;
  private static final int FIXED_32 = 5;
  private static final int WIRE_TYPE_BITS = 3;
  private static final int MAX_FIELD = (1 << 29) - 1;

  /**
   * Fields of a payload with all messages in it, or elements of an array. A field of two bytes
   * becomes an object of many: more of them could take all memory.
   */
  static final int MAX_COUNT = 2_000_000;

  private final ByteBuffer bytes;

  /** Of the payload: it counts the fields of all messages in it. */
  private final ProtobufCursor root;

  private int fields;
  private final int end;
  private int at;
  private int wireType;
  private long number;
  private int start;

  private ProtobufCursor(ByteBuffer bytes, int start, int end, @Nullable ProtobufCursor root) {
    this.bytes = bytes;
    this.root = root == null ? this : root;
    this.at = start;
    this.end = end;
  }

  static ProtobufCursor of(byte[] message) {
    return new ProtobufCursor(
        ByteBuffer.wrap(message).order(ByteOrder.LITTLE_ENDIAN), 0, message.length, null);
  }

  /** Moves to the next field; returns its number, 0 at the end. */
  int next() {
    if (at == end) {
      return 0;
    }
    root.count();
    long tag = varint();
    wireType = (int) tag & ((1 << WIRE_TYPE_BITS) - 1);
    long field = tag >>> WIRE_TYPE_BITS;
    if (field < 1 || field > MAX_FIELD) {
      throw new MalformedPayloadException("field number " + field);
    }
    switch (wireType) {
      case VARINT -> number = varint();
      case FIXED_64 -> {
        start = skip(Long.BYTES);
        number = bytes.getLong(start);
      }
      case FIXED_32 -> {
        start = skip(Integer.BYTES);
        number = bytes.getInt(start);
      }
      case LENGTH -> {
        long length = varint();
        start = skip(length);
        number = length;
      }
      default -> throw new MalformedPayloadException("wire type " + wireType);
    }
    return (int) field;
  }

  private void count() {
    if (++fields > MAX_COUNT) {
      throw new MalformedPayloadException("more than " + MAX_COUNT + " fields");
    }
  }

  private int skip(long length) {
    if (length < 0 || length > end - at) {
      throw new MalformedPayloadException("a length of " + length);
    }
    int from = at;
    at += (int) length;
    return from;
  }

  private long varint() {
    long value = 0;
    for (int shift = 0; shift < Long.SIZE; shift += 7) {
      if (at == end) {
        throw new MalformedPayloadException("the end within a number");
      }
      byte next = bytes.get(at++);
      value |= (long) (next & 0x7F) << shift;
      if (next >= 0) {
        return value;
      }
    }
    throw new MalformedPayloadException("a number of more than ten bytes");
  }

  private void expect(int type) {
    if (wireType != type) {
      throw new MalformedPayloadException("wire type " + wireType + " instead of " + type);
    }
  }

  /** A field of type uint64. */
  long uint64() {
    expect(VARINT);
    return number;
  }

  /** A field of type uint32, 0 to 4,294,967,295. */
  long uint32() {
    expect(VARINT);
    return number & 0xFFFF_FFFFL;
  }

  boolean bool() {
    expect(VARINT);
    return number != 0;
  }

  float float32() {
    expect(FIXED_32);
    return Float.intBitsToFloat((int) number);
  }

  double float64() {
    expect(FIXED_64);
    return Double.longBitsToDouble(number);
  }

  String text() {
    expect(LENGTH);
    int length = (int) number;
    if (!Utf8.isText(bytes, start, length)) {
      throw new MalformedPayloadException("text that is not UTF-8");
    }
    return new String(copy(), StandardCharsets.UTF_8);
  }

  byte[] copy() {
    expect(LENGTH);
    byte[] copy = new byte[(int) number];
    bytes.get(start, copy);
    return copy;
  }

  /** Whether the field is a message or, for a repeated number, a list of them. */
  boolean isPacked() {
    return wireType == LENGTH;
  }

  /** The fields of a message that is a field. */
  ProtobufCursor message() {
    expect(LENGTH);
    return new ProtobufCursor(bytes, start, start + (int) number, root);
  }

  /** Whether there is another element in a packed list. */
  boolean hasMore() {
    return at < end;
  }

  /** The next element of a packed list of numbers. */
  long element() {
    root.count();
    return varint();
  }
}
