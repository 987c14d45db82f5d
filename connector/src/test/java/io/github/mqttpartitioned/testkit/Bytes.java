// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.testkit;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A growing buffer with MQTT's data types, big endian. Emptied with {@link #clear}, it keeps its
 * memory. Confined to one thread or guarded by its owner.
 */
final class Bytes {

  private byte[] array;
  private int size;

  Bytes(int capacity) {
    array = new byte[capacity];
  }

  int size() {
    return size;
  }

  void clear() {
    size = 0;
  }

  Bytes putByte(int value) {
    reserve(1);
    array[size++] = (byte) value;
    return this;
  }

  Bytes putShort(int value) {
    return putByte(value >>> 8).putByte(value);
  }

  Bytes putInt(long value) {
    return putShort((int) (value >>> 16)).putShort((int) value);
  }

  /** MQTT's variable byte integer: seven bits a byte, lowest first. */
  Bytes putVariable(int value) {
    int rest = value;
    while (rest > 0x7F) {
      putByte((rest & 0x7F) | 0x80);
      rest >>>= 7;
    }
    return putByte(rest);
  }

  /** How many bytes {@link #putVariable} takes for {@code value}. */
  static int variableSize(int value) {
    return value < 1 << 7 ? 1 : value < 1 << 14 ? 2 : value < 1 << 21 ? 3 : 4;
  }

  Bytes put(byte[] bytes) {
    return put(bytes, bytes.length);
  }

  private Bytes put(byte[] bytes, int length) {
    reserve(length);
    System.arraycopy(bytes, 0, array, size, length);
    size += length;
    return this;
  }

  /** What {@code other} holds. */
  Bytes put(Bytes other) {
    return put(other.array, other.size);
  }

  /** A two-byte length and that many bytes. */
  Bytes putBinary(byte[] bytes) {
    if (bytes.length > 0xFFFF) {
      throw new IllegalArgumentException(
          "MQTT strings and binary data end at 65535 bytes, this has " + bytes.length);
    }
    return putShort(bytes.length).put(bytes);
  }

  Bytes putString(String value) {
    return putBinary(value.getBytes(StandardCharsets.UTF_8));
  }

  byte[] toByteArray() {
    return Arrays.copyOf(array, size);
  }

  void writeTo(OutputStream out) throws IOException {
    out.write(array, 0, size);
  }

  private void reserve(int more) {
    if (array.length - size < more) {
      array = Arrays.copyOf(array, Math.max(array.length * 2, Math.addExact(size, more)));
    }
  }
}
