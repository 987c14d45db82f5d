// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.vector;

import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.Decimal;
import org.apache.spark.sql.vectorized.ColumnVector;
import org.apache.spark.sql.vectorized.ColumnarArray;
import org.apache.spark.sql.vectorized.ColumnarMap;
import org.apache.spark.unsafe.types.UTF8String;
import org.jspecify.annotations.Nullable;

/**
 * A column of some rows of a block, over the bytes of the block: a value is decoded only when it is
 * read. No value is null unless a subclass overrides {@link #isNullAt}. A subclass overrides the
 * getter of its type; the other getters throw.
 *
 * <p>Closing does nothing: the memory belongs to the cursor that gave the block.
 */
abstract class BlockColumnVector extends ColumnVector {

  BlockColumnVector(DataType type) {
    super(type);
  }

  @Override
  public final void close() {}

  /** Spark calls it after each batch. Spark 3.5 does not have it: hence no {@code Override}. */
  @SuppressWarnings("MissingOverride")
  public final void closeIfFreeable() {}

  @Override
  public boolean hasNull() {
    return false;
  }

  @Override
  public int numNulls() {
    return 0;
  }

  @Override
  public boolean isNullAt(int row) {
    return false;
  }

  @Override
  public boolean getBoolean(int row) {
    throw wrongType("boolean");
  }

  @Override
  public byte getByte(int row) {
    throw wrongType("byte");
  }

  @Override
  public short getShort(int row) {
    throw wrongType("short");
  }

  @Override
  public int getInt(int row) {
    throw wrongType("int");
  }

  @Override
  public long getLong(int row) {
    throw wrongType("long");
  }

  @Override
  public float getFloat(int row) {
    throw wrongType("float");
  }

  @Override
  public double getDouble(int row) {
    throw wrongType("double");
  }

  @Override
  public @Nullable ColumnarArray getArray(int row) {
    throw wrongType("array");
  }

  @Override
  public ColumnarMap getMap(int row) {
    throw wrongType("map");
  }

  @Override
  public Decimal getDecimal(int row, int precision, int scale) {
    throw wrongType("decimal");
  }

  @Override
  public @Nullable UTF8String getUTF8String(int row) {
    throw wrongType("string");
  }

  @Override
  public byte @Nullable [] getBinary(int row) {
    throw wrongType("binary");
  }

  @Override
  public ColumnVector getChild(int ordinal) {
    throw wrongType("child");
  }

  private UnsupportedOperationException wrongType(String asked) {
    return new UnsupportedOperationException(
        "A column of type %s has no values of type %s".formatted(dataType().sql(), asked));
  }
}
