// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.vector;

import java.lang.reflect.Field;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import org.apache.spark.unsafe.Platform;
import org.apache.spark.unsafe.types.UTF8String;
import org.jspecify.annotations.Nullable;

/**
 * A block's memory in Spark's form of an address: an object and an offset on the heap, or null and
 * an address outside of the heap. Positions are indexes into the buffer, which the block has
 * checked. Values are valid as long as the buffer.
 */
final class BorrowedBytes {

  private static final long ADDRESS_FIELD = addressField();

  private final ByteBuffer bytes;
  private final @Nullable Object base;
  private final long offset;

  BorrowedBytes(ByteBuffer bytes) {
    this.bytes = bytes;
    if (bytes.isDirect()) {
      base = null;
      offset = Platform.getLong(bytes, ADDRESS_FIELD);
    } else if (bytes.hasArray()) {
      base = bytes.array();
      offset = (long) Platform.BYTE_ARRAY_OFFSET + bytes.arrayOffset();
    } else {
      // A read-only view does not give access to its array.
      byte[] copy = new byte[bytes.capacity()];
      bytes.get(0, copy);
      base = copy;
      offset = Platform.BYTE_ARRAY_OFFSET;
    }
  }

  /** Text without a copy: valid as long as the block. */
  UTF8String text(int start, int length) {
    return UTF8String.fromAddress(base, offset + start, length);
  }

  byte[] copy(int start, int length) {
    byte[] copy = new byte[length];
    bytes.get(start, copy);
    return copy;
  }

  /**
   * The place of a direct buffer's address in the buffer object. {@code sun.misc.Unsafe} knows it
   * without an {@code --add-opens} for {@code java.nio}. It is called by reflection, because javac
   * warns about each use of the class.
   */
  private static long addressField() {
    try {
      Class<?> type = Class.forName("sun.misc.Unsafe");
      Field unsafe = type.getDeclaredField("theUnsafe");
      unsafe.setAccessible(true);
      return (long)
          type.getMethod("objectFieldOffset", Field.class)
              .invoke(unsafe.get(null), Buffer.class.getDeclaredField("address"));
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }
}
