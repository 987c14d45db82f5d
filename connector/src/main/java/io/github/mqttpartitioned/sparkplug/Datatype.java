// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.sparkplug;

import org.jspecify.annotations.Nullable;

/**
 * The data types of Sparkplug (section 6.4.16), in the order of their numbers, from 0. The names
 * are those of the specification without the underscore, which stands before words that Java has.
 */
public enum Datatype {
  UNKNOWN("Unknown"),
  INT8("Int8"),
  INT16("Int16"),
  INT32("Int32"),
  INT64("Int64"),
  UINT8("UInt8"),
  UINT16("UInt16"),
  UINT32("UInt32"),
  UINT64("UInt64"),
  FLOAT("Float"),
  DOUBLE("Double"),
  BOOLEAN("Boolean"),
  STRING("String"),
  DATE_TIME("DateTime"),
  TEXT("Text"),
  UUID("UUID"),
  DATA_SET("DataSet"),
  BYTES("Bytes"),
  FILE("File"),
  TEMPLATE("Template"),
  PROPERTY_SET("PropertySet"),
  PROPERTY_SET_LIST("PropertySetList"),
  INT8_ARRAY("Int8Array"),
  INT16_ARRAY("Int16Array"),
  INT32_ARRAY("Int32Array"),
  INT64_ARRAY("Int64Array"),
  UINT8_ARRAY("UInt8Array"),
  UINT16_ARRAY("UInt16Array"),
  UINT32_ARRAY("UInt32Array"),
  UINT64_ARRAY("UInt64Array"),
  FLOAT_ARRAY("FloatArray"),
  DOUBLE_ARRAY("DoubleArray"),
  BOOLEAN_ARRAY("BooleanArray"),
  STRING_ARRAY("StringArray"),
  DATE_TIME_ARRAY("DateTimeArray");

  private static final Datatype[] ALL = values();

  private final String text;

  Datatype(String text) {
    this.text = text;
  }

  /** The type with a number of the specification; {@link #UNKNOWN} for a number without a type. */
  static Datatype of(long number) {
    return number >= 0 && number < ALL.length ? ALL[(int) number] : UNKNOWN;
  }

  /** The type with a name of the specification, null for none. */
  public static @Nullable Datatype named(String text) {
    for (Datatype type : ALL) {
      if (type.text.equals(text)) {
        return type;
      }
    }
    return null;
  }

  /** Its name in the specification. */
  @Override
  public String toString() {
    return text;
  }
}
