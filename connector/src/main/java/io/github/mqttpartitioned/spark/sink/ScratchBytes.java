// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.sink;

import io.github.mqttpartitioned.mqtt.packet.Utf8;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.apache.spark.unsafe.Platform;
import org.apache.spark.unsafe.types.UTF8String;

/**
 * A buffer that the parts of one row after the other are put together in. Confined to one thread.
 */
final class ScratchBytes {

  private static final int START = 256;
  private static final int DIGITS = 20;

  private byte[] bytes = new byte[START];
  private ByteBuffer view = ByteBuffer.wrap(bytes);
  private int length;

  void clear() {
    length = 0;
  }

  /** The bytes, up to {@link #length}. Another array when it has grown. */
  byte[] array() {
    return bytes;
  }

  int length() {
    return length;
  }

  private void require(int more) {
    if (bytes.length - length < more) {
      bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, length + more));
      view = ByteBuffer.wrap(bytes);
    }
  }

  void putByte(int value) {
    require(1);
    bytes[length++] = (byte) value;
  }

  void putShort(int value) {
    putByte(value >>> Byte.SIZE);
    putByte(value);
  }

  void setShort(int at, int value) {
    bytes[at] = (byte) (value >>> Byte.SIZE);
    bytes[at + 1] = (byte) value;
  }

  void putInt(int value) {
    putShort(value >>> Short.SIZE);
    putShort(value);
  }

  void put(byte[] source) {
    require(source.length);
    System.arraycopy(source, 0, bytes, length, source.length);
    length += source.length;
  }

  void put(UTF8String text) {
    int count = text.numBytes();
    require(count);
    text.writeToMemory(bytes, Platform.BYTE_ARRAY_OFFSET + length);
    length += count;
  }

  /** Decimal digits. */
  void putNumber(long number) {
    if (number == Long.MIN_VALUE) {
      put(UTF8String.fromString(String.valueOf(number)));
      return;
    }
    long rest = Math.abs(number);
    int count = number < 0 ? 2 : 1;
    for (long left = rest / 10; left > 0; left /= 10) {
      count++;
    }
    require(DIGITS);
    int at = length + count;
    do {
      bytes[--at] = (byte) ('0' + rest % 10);
      rest /= 10;
    } while (rest > 0);
    if (number < 0) {
      bytes[--at] = '-';
    }
    length += count;
  }

  /** Whether what lies from {@code start} on is text as MQTT allows it, section 1.5.4. */
  boolean isText(int start) {
    return Utf8.isWellFormed(view, start, length - start);
  }

  /** Whether what lies from {@code start} on has a wildcard of topic filters. */
  boolean hasWildcard(int start) {
    for (int i = start; i < length; i++) {
      if (bytes[i] == '+' || bytes[i] == '#') {
        return true;
      }
    }
    return false;
  }

  /** Whether what lies from {@code from} on begins with {@code prefix}. */
  boolean startsWith(byte[] prefix, int from) {
    return length - from >= prefix.length
        && Arrays.equals(bytes, from, from + prefix.length, prefix, 0, prefix.length);
  }

  @Override
  public String toString() {
    return UTF8String.fromBytes(bytes, 0, length).toString();
  }
}
