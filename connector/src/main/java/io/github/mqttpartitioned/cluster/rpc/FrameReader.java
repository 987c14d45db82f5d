// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.cluster.rpc;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads the fields that {@link FrameWriter} has written. Whatever the bytes are, it returns a value
 * or throws a {@link FrameException}. Confined to one thread.
 */
final class FrameReader {

  private static final int MOST_NANOS = 999_999_999;

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
      throw refused(field + " is not UTF-8");
    }
  }

  /** Copies the bytes: the buffer of the frame belongs to the network. */
  ByteBuffer getBytes(String field) {
    ByteBuffer source = slice(field);
    return ByteBuffer.allocate(source.remaining()).put(source).flip();
  }

  boolean getBoolean(String field) {
    int value = getByte(field);
    if (value > 1) {
      throw refused(field + " is " + value + ", neither 0 nor 1");
    }
    return value == 1;
  }

  Duration getDuration(String field) {
    long seconds = getLong(field);
    int nanos = getInt(field);
    if (nanos < 0 || nanos > MOST_NANOS) {
      throw refused(field + " has " + nanos + " ns");
    }
    return Duration.ofSeconds(seconds, nanos);
  }

  <E extends Enum<E>> E getEnum(String field, Class<E> type) {
    return valid(field, name -> Enum.valueOf(type, name));
  }

  /** A number of values that follow. */
  int getCount(String field) {
    int count = getInt("number of " + field);
    if (count < 0) {
      throw refused("the number of " + field + " is " + count);
    }
    return count;
  }

  <T> List<T> getList(String field, Supplier<T> one) {
    List<T> values = new ArrayList<>();
    for (int left = getCount(field); left > 0; left--) {
      values.add(one.get());
    }
    return values;
  }

  <T> @Nullable T getOptional(String field, Supplier<T> present) {
    return getBoolean("presence of " + field) ? present.get() : null;
  }

  /** A value that is made of a text. */
  <T> T valid(String field, Function<String, T> value) {
    String text = getText(field);
    return valid(field, () -> value.apply(text));
  }

  /**
   * A value that is made of fields that have been read.
   *
   * @throws FrameException when the value's own check refuses them. It does not show them: they may
   *     be secret.
   */
  <T> T valid(String what, Supplier<T> value) {
    try {
      return value.get();
    } catch (IllegalArgumentException e) {
      throw refused("its " + what + " is not valid");
    }
  }

  private FrameException refused(String why) {
    return new FrameException("Frame of " + length + " bytes: " + why);
  }

  private ByteBuffer slice(String field) {
    int size = getInt("length of " + field);
    if (size < 0) {
      throw refused(field + " has length " + size);
    }
    require(size, field);
    ByteBuffer slice = bytes.slice(bytes.position(), size);
    bytes.position(bytes.position() + size);
    return slice;
  }

  private ByteBuffer require(int needed, String field) {
    if (bytes.remaining() < needed) {
      throw new FrameException(
          "Frame of %d bytes is cut: %s needs %d bytes, %d are left"
              .formatted(length, field, needed, bytes.remaining()));
    }
    return bytes;
  }

  /** Refuses what stands behind the last field. */
  void finish() {
    if (bytes.hasRemaining()) {
      throw new FrameException(
          "Frame of %d bytes has %d bytes behind its end".formatted(length, bytes.remaining()));
    }
  }
}
