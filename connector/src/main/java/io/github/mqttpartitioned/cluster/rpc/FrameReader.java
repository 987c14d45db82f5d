// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.cluster.rpc;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;

/** Reads the fields that {@link FrameWriter} has written. Confined to one thread. */
final class FrameReader {

  private final ByteBuffer bytes;
  private final int length;

  FrameReader(ByteBuffer bytes) {
    this.bytes = bytes.slice();
    this.length = bytes.remaining();
  }

  int getByte(String field) {
    return require(Byte.BYTES, field).get() & 0xFF;
  }

  int getInt(String field) {
    return require(Integer.BYTES, field).getInt();
  }

  long getLong(String field) {
    return require(Long.BYTES, field).getLong();
  }

  String getText(String field) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(slice(field)).toString();
    } catch (CharacterCodingException e) {
      throw new FrameException("Frame of " + length + " bytes: " + field + " is not UTF-8");
    }
  }

  /** A copy: what the frame lies in belongs to the network. */
  ByteBuffer getBytes(String field) {
    ByteBuffer source = slice(field);
    return ByteBuffer.allocate(source.remaining()).put(source).flip();
  }

  /**
   * Builds a value of fields that have been read.
   *
   * @throws FrameException when the value's own check refuses them; the fields may be secret, so
   *     the error says nothing else than that check does
   */
  <T> T valid(Supplier<T> value) {
    try {
      return value.get();
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw new FrameException("Frame of " + length + " bytes: " + e.getMessage());
    }
  }

  private ByteBuffer slice(String field) {
    int size = getInt("length of " + field);
    if (size < 0) {
      throw new FrameException("Frame of " + length + " bytes: " + field + " has length " + size);
    }
    require(size, field);
    ByteBuffer slice = bytes.slice(bytes.position(), size);
    bytes.position(bytes.position() + size);
    return slice;
  }

  private ByteBuffer require(int needed, String field) {
    if (bytes.remaining() < needed) {
      throw new FrameException(
          "Frame of "
              + length
              + " bytes is cut: "
              + field
              + " needs "
              + needed
              + " bytes, "
              + bytes.remaining()
              + " are left");
    }
    return bytes;
  }

  /** Refuses what stands behind the last field. */
  void finish() {
    if (bytes.hasRemaining()) {
      throw new FrameException(
          "Frame of " + length + " bytes has " + bytes.remaining() + " bytes behind its end");
    }
  }
}
