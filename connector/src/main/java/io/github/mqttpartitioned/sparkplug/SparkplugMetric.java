// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.sparkplug;

import org.jspecify.annotations.Nullable;

/**
 * A metric (section 6.4.5). Its value is kept as it was sent, because the data type that says how
 * to read it may only be known from a BIRTH: {@link #value}.
 *
 * <p>Immutable, once it is read.
 */
public final class SparkplugMetric {

  private static final int NAME = 1;
  private static final int ALIAS = 2;
  private static final int TIMESTAMP = 3;
  private static final int DATATYPE = 4;
  private static final int IS_HISTORICAL = 5;
  private static final int IS_NULL = 7;
  private static final int INT = 10;
  private static final int LONG = 11;
  private static final int FLOAT = 12;
  private static final int DOUBLE = 13;
  private static final int BOOLEAN = 14;
  private static final int STRING = 15;
  private static final int BYTES = 16;
  private static final int DATA_SET = 17;
  private static final int TEMPLATE = 18;

  private @Nullable String name;
  private @Nullable Long alias;
  private @Nullable Long timestamp;
  private @Nullable Datatype datatype;
  private boolean historical;
  private boolean isNull;
  private @Nullable Object raw;

  private SparkplugMetric() {}

  /** An int_value, which is not yet read as a type: 0 to 4,294,967,295. */
  private record Unsigned32(long number) {}

  /**
   * Reads a metric.
   *
   * @param depth number of templates around it
   */
  static SparkplugMetric read(ProtobufCursor fields, int depth) {
    SparkplugMetric metric = new SparkplugMetric();
    for (int field = fields.next(); field != 0; field = fields.next()) {
      switch (field) {
        case NAME -> metric.name = fields.text();
        case ALIAS -> metric.alias = fields.uint64();
        case TIMESTAMP -> metric.timestamp = fields.uint64();
        case DATATYPE -> metric.datatype = Datatype.of(fields.uint32());
        case IS_HISTORICAL -> metric.historical = fields.bool();
        case IS_NULL -> metric.isNull = fields.bool();
        case INT -> metric.raw = new Unsigned32(fields.uint32());
        case LONG -> metric.raw = fields.uint64();
        case FLOAT -> metric.raw = (double) fields.float32();
        case DOUBLE -> metric.raw = fields.float64();
        case BOOLEAN -> metric.raw = fields.bool();
        case STRING -> metric.raw = fields.text();
        case BYTES -> metric.raw = fields.copy();
        case DATA_SET -> metric.raw = DataSet.read(fields.message());
        case TEMPLATE -> metric.raw = Template.read(fields.message(), depth + 1);
        default -> {}
      }
    }
    return metric;
  }

  public @Nullable String name() {
    return name;
  }

  public @Nullable Long alias() {
    return alias;
  }

  /** Milliseconds since 1970. */
  public @Nullable Long timestamp() {
    return timestamp;
  }

  public @Nullable Datatype datatype() {
    return datatype;
  }

  public boolean isHistorical() {
    return historical;
  }

  public boolean isNull() {
    return isNull;
  }

  /**
   * The value as a {@link Long}, {@link Double}, {@link Boolean}, {@link String} or {@code byte[]};
   * null for none. A DataSet and a Template are JSON. A UInt64 that a Long cannot hold is its
   * digits.
   *
   * @param type null if it is not known: an integer is then as it was sent
   */
  public @Nullable Object value(@Nullable Datatype type) {
    if (isNull) {
      return null;
    }
    if (raw instanceof Unsigned32 sent) {
      return integer(sent.number(), type);
    }
    if (raw instanceof Long sent) {
      return integer(sent, type);
    }
    return raw instanceof JsonValue nested ? Json.text(nested) : raw;
  }

  /** The value within a Template: a number, text, bytes, or what is JSON itself. */
  @Nullable Object nested(@Nullable Datatype type) {
    if (isNull || raw == null) {
      return null;
    }
    if (raw instanceof JsonValue) {
      return raw;
    }
    if (type != null && raw instanceof byte[] bytes && PackedArray.read(type, bytes) != null) {
      return PackedArray.read(type, bytes);
    }
    return raw instanceof Long sent && type == Datatype.UINT64
        ? PlainValue.typed(sent, type)
        : value(type);
  }

  /** The elements of an array as JSON; null if the metric is none, or if the bytes are none. */
  public @Nullable String elements(@Nullable Datatype type) {
    if (isNull || type == null || !(raw instanceof byte[] bytes)) {
      return null;
    }
    PackedArray array = PackedArray.read(type, bytes);
    return array == null ? null : Json.text(array);
  }

  /** Integers are sent as two's complement in an unsigned number (section 6.4.16). */
  static Object integer(long sent, @Nullable Datatype type) {
    if (type == null) {
      return sent;
    }
    return switch (type) {
      case INT8 -> (long) (byte) sent;
      case INT16 -> (long) (short) sent;
      case INT32 -> (long) (int) sent;
      case UINT8 -> sent & 0xFF;
      case UINT16 -> sent & 0xFFFF;
      case UINT32 -> sent & 0xFFFF_FFFFL;
      case UINT64 -> sent < 0 ? (Object) Long.toUnsignedString(sent) : (Object) sent;
      default -> sent;
    };
  }
}
