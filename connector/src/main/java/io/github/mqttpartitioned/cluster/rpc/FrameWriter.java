// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.cluster.rpc;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

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
