// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.sparkplug;

import java.math.BigInteger;
import org.jspecify.annotations.Nullable;

/**
 * The values that an element of a DataSet and a parameter of a Template can have (sections 6.4.12
 * and 6.4.15). Both have the same six fields, one after the other.
 */
final class PlainValue {

  /** The number of int_value in an element of a DataSet. */
  static final int DATA_SET_INT = 1;

  private PlainValue() {}

  /** The one value of a message, null for none. */
  static @Nullable Object read(ProtobufCursor fields, int firstField, @Nullable Datatype type) {
    Object value = null;
    for (int field = fields.next(); field != 0; field = fields.next()) {
      if (isValue(field, firstField)) {
        value = read(fields, field - firstField);
      }
    }
    return typed(value, type);
  }

  static boolean isValue(int field, int firstField) {
    return field >= firstField && field <= firstField + 5;
  }

  /** The value of the field that {@code fields} is at. */
  static Object read(ProtobufCursor fields, int place) {
    return switch (place) {
      case 0 -> fields.uint32();
      case 1 -> fields.uint64();
      case 2 -> fields.float32();
      case 3 -> fields.float64();
      case 4 -> fields.bool();
      default -> fields.text();
    };
  }

  static @Nullable Object typed(@Nullable Object value, @Nullable Datatype type) {
    if (!(value instanceof Long sent)) {
      return value;
    }
    return type == Datatype.UINT64 && sent < 0
        ? new BigInteger(Long.toUnsignedString(sent))
        : SparkplugMetric.integer(sent, type);
  }
}
