// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.vector;

import java.lang.reflect.Field;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import org.apache.spark.unsafe.Platform;
import org.apache.spark.unsafe.types.UTF8String;
import org.jspecify.annotations.Nullable;

/**
 * A block's memory as Spark addresses memory: an object and an offset, null and an address when it
 * lies outside the heap. Places are indexes into the buffer, already checked by the block. As
 * borrowed as the buffer is.
 */
public final class BorrowedBytes {

  private static final long ADDRESS_FIELD = addressField();

  private final ByteBuffer bytes;
  private final @Nullable Object base;
  private final long offset;

  public BorrowedBytes(ByteBuffer bytes) {
    this.bytes = bytes;
    if (bytes.isDirect()) {
      base = null;
      offset = Platform.getLong(bytes, ADDRESS_FIELD);
    } else if (bytes.hasArray()) {
      base = bytes.array();
      offset = (long) Platform.BYTE_ARRAY_OFFSET + bytes.arrayOffset();
    } else {
      // A read-only view of an array does not give the array away.
      byte[] copy = new byte[bytes.capacity()];
      bytes.get(0, copy);
      base = copy;
      offset = Platform.BYTE_ARRAY_OFFSET;
    }
  }

  /** Text without copying it: valid for as long as the block is. */
  UTF8String text(int start, int length) {
    return UTF8String.fromAddress(base, offset + start, length);
  }

  byte[] copy(int start, int length) {
    byte[] copy = new byte[length];
    bytes.get(start, copy);
    return copy;
  }

  /**
   * Where a direct buffer keeps its address. Asked of {@code sun.misc.Unsafe}, by reflection as
   * javac warns of every mention, because that needs no {@code --add-opens} for {@code java.nio}.
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
