// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.sparkplug;

import com.fasterxml.jackson.core.JsonGenerator;
import io.github.mqttpartitioned.mqtt.packet.Utf8;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The elements of an array metric, which is sent as bytes (section 6.4.16): little endian, one
 * after the other; strings end with a zero; booleans are bits, the highest first, behind their
 * number.
 */
record PackedArray(List<Object> elements) implements JsonValue {

  /**
   * The elements, or null if the type is none of an array, the bytes are none of the type, or there
   * are more than {@link ProtobufCursor#MAX_COUNT}.
   */
  static @Nullable PackedArray read(Datatype type, byte[] sent) {
    ByteBuffer bytes = ByteBuffer.wrap(sent).order(ByteOrder.LITTLE_ENDIAN);
    return switch (type) {
      case INT8_ARRAY -> all(bytes, Byte.BYTES, from -> (long) from.get());
      case INT16_ARRAY -> all(bytes, Short.BYTES, from -> (long) from.getShort());
      case INT32_ARRAY -> all(bytes, Integer.BYTES, from -> (long) from.getInt());
      case INT64_ARRAY, DATE_TIME_ARRAY -> all(bytes, Long.BYTES, ByteBuffer::getLong);
      case UINT8_ARRAY -> all(bytes, Byte.BYTES, from -> from.get() & 0xFFL);
      case UINT16_ARRAY -> all(bytes, Short.BYTES, from -> from.getShort() & 0xFFFFL);
      case UINT32_ARRAY -> all(bytes, Integer.BYTES, from -> from.getInt() & 0xFFFF_FFFFL);
      case UINT64_ARRAY ->
          all(bytes, Long.BYTES, from -> new BigInteger(Long.toUnsignedString(from.getLong())));
      case FLOAT_ARRAY -> all(bytes, Float.BYTES, ByteBuffer::getFloat);
      case DOUBLE_ARRAY -> all(bytes, Double.BYTES, ByteBuffer::getDouble);
      case BOOLEAN_ARRAY -> bits(bytes);
      case STRING_ARRAY -> texts(bytes);
      default -> null;
    };
  }

  private static @Nullable PackedArray all(
      ByteBuffer bytes, int size, Function<ByteBuffer, Object> next) {
    if (bytes.remaining() % size != 0 || bytes.remaining() / size > ProtobufCursor.MAX_COUNT) {
      return null;
    }
    List<Object> elements = new ArrayList<>(bytes.remaining() / size);
    while (bytes.hasRemaining()) {
      elements.add(next.apply(bytes));
    }
    return new PackedArray(elements);
  }

  private static @Nullable PackedArray bits(ByteBuffer bytes) {
    if (bytes.remaining() < Integer.BYTES) {
      return null;
    }
    int count = bytes.getInt();
    if (count < 0
        || count > (long) bytes.remaining() * Byte.SIZE
        || count > ProtobufCursor.MAX_COUNT) {
      return null;
    }
    List<Object> elements = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      int octet = bytes.get(Integer.BYTES + i / Byte.SIZE);
      elements.add((octet & (0x80 >> (i % Byte.SIZE))) != 0);
    }
    return new PackedArray(elements);
  }

  private static @Nullable PackedArray texts(ByteBuffer bytes) {
    int length = bytes.remaining();
    if (length > 0 && bytes.get(length - 1) != 0) {
      return null;
    }
    if (!Utf8.isText(bytes, 0, length)) {
      return null;
    }
    List<Object> elements = new ArrayList<>();
    int start = 0;
    for (int at = 0; at < length; at++) {
      if (bytes.get(at) == 0) {
        if (elements.size() == ProtobufCursor.MAX_COUNT) {
          return null;
        }
        byte[] text = new byte[at - start];
        bytes.get(start, text);
        elements.add(new String(text, StandardCharsets.UTF_8));
        start = at + 1;
      }
    }
    return new PackedArray(elements);
  }

  @Override
  public void write(JsonGenerator json) throws IOException {
    json.writeStartArray();
    for (Object element : elements) {
      Json.write(json, element);
    }
    json.writeEndArray();
  }
}
