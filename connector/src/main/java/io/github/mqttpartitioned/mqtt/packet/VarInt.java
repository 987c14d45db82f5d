// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.mqtt.packet;

import java.nio.ByteBuffer;

/**
 * Reads and writes Variable Byte Integers (section 1.5.5): 0 to 268,435,455 in one to four bytes,
 * the lowest seven bits first, with the highest bit set in each byte but the last.
 *
 * <p>A reader returns value and encoded length in one {@code long}, so that nothing is allocated. A
 * negative result is {@link #INCOMPLETE} or {@link #MALFORMED}. An encoding with more bytes than
 * its value needs is accepted: [MQTT-1.5.5-1] binds the sender, and the value is clear.
 *
 * <p>Thread-safe: it has no state.
 */
public final class VarInt {

  /** The largest value that fits. */
  public static final int MAX_VALUE = (1 << 28) - 1;

  /** The bytes end within the integer. */
  public static final long INCOMPLETE = -1;

  /** The fourth byte says that another one follows. */
  public static final long MALFORMED = -2;

  private static final int MAX_LENGTH = 4;
  private static final int VALUE_BITS = 7;
  private static final int VALUE_MASK = 0x7F;

  private VarInt() {}

  /**
   * Reads the integer that begins at {@code start}.
   *
   * @param end first index that does not belong to it
   * @return a result for {@link #value} and {@link #length}, or {@link #INCOMPLETE}, or {@link
   *     #MALFORMED}
   */
  public static long read(byte[] bytes, int start, int end) {
    int value = 0;
    for (int length = 0; length < MAX_LENGTH; length++) {
      if (start + length >= end) {
        return INCOMPLETE;
      }
      int next = bytes[start + length];
      value |= (next & VALUE_MASK) << (VALUE_BITS * length);
      if (next >= 0) {
        return result(value, length + 1);
      }
    }
    return MALFORMED;
  }

  /** As {@link #read(byte[], int, int)}; the buffer's position and limit do not matter. */
  public static long read(ByteBuffer bytes, int start, int end) {
    int value = 0;
    for (int length = 0; length < MAX_LENGTH; length++) {
      if (start + length >= end) {
        return INCOMPLETE;
      }
      int next = bytes.get(start + length);
      value |= (next & VALUE_MASK) << (VALUE_BITS * length);
      if (next >= 0) {
        return result(value, length + 1);
      }
    }
    return MALFORMED;
  }

  /**
   * Writes an integer in as few bytes as it needs.
   *
   * @param value 0 to {@link #MAX_VALUE}
   * @return the index after its last byte
   */
  public static int write(byte[] bytes, int start, int value) {
    int at = start;
    int rest = value;
    while (rest > VALUE_MASK) {
      bytes[at++] = (byte) ((rest & VALUE_MASK) | (VALUE_MASK + 1));
      rest >>>= VALUE_BITS;
    }
    bytes[at++] = (byte) rest;
    return at;
  }

  /** How many bytes {@link #write} takes for a value: 1 to 4. */
  public static int encodedLength(int value) {
    int length = 1;
    for (int rest = value >>> VALUE_BITS; rest > 0; rest >>>= VALUE_BITS) {
      length++;
    }
    return length;
  }

  private static long result(int value, int length) {
    return (long) length << Integer.SIZE | value;
  }

  /** The value of a result that is not negative: 0 to {@link #MAX_VALUE}. */
  public static int value(long result) {
    return (int) result;
  }

  /** How many bytes the integer takes, of a result that is not negative: 1 to 4. */
  public static int length(long result) {
    return (int) (result >>> Integer.SIZE);
  }
}
