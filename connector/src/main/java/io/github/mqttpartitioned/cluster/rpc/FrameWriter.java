// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.cluster.rpc;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Writes the fields of a frame, big endian, one after the other. Confined to one thread. */
final class FrameWriter {

  private static final int FIRST_SIZE = 128;

  private ByteBuffer bytes = ByteBuffer.allocate(FIRST_SIZE);

  FrameWriter putByte(int value) {
    room(Byte.BYTES).put((byte) value);
    return this;
  }

  FrameWriter putInt(int value) {
    room(Integer.BYTES).putInt(value);
    return this;
  }

  FrameWriter putLong(long value) {
    room(Long.BYTES).putLong(value);
    return this;
  }

  FrameWriter putBoolean(boolean value) {
    return putByte(value ? 1 : 0);
  }

  /** Seconds, then nanoseconds. */
  FrameWriter putDuration(Duration value) {
    return putLong(value.getSeconds()).putInt(value.getNano());
  }

  /** Whether there is a value, then the value. */
  <T> FrameWriter putOptional(@Nullable T value, Consumer<T> put) {
    putBoolean(value != null);
    if (value != null) {
      put.accept(value);
    }
    return this;
  }

  /** Number of values, then the values. */
  <T> FrameWriter putList(List<T> values, Consumer<T> put) {
    putInt(values.size());
    values.forEach(put);
    return this;
  }

  /** Length in 4 bytes, then UTF-8. */
  FrameWriter putText(String value) {
    return putBytes(ByteBuffer.wrap(value.getBytes(StandardCharsets.UTF_8)));
  }

  /** Length in 4 bytes, then the bytes from position to limit, which stay as they are. */
  FrameWriter putBytes(ByteBuffer value) {
    putInt(value.remaining());
    room(value.remaining()).put(value.duplicate());
    return this;
  }

  private ByteBuffer room(int needed) {
    if (bytes.remaining() < needed) {
      int size = Math.max(2 * bytes.capacity(), Math.addExact(bytes.position(), needed));
      bytes = ByteBuffer.wrap(Arrays.copyOf(bytes.array(), size)).position(bytes.position());
    }
    return bytes;
  }

  /** All that was written. */
  ByteBuffer finish() {
    return bytes.flip();
  }
}
