// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.vector;

import org.apache.spark.sql.types.DataType;

/** A column that some rows have no value of. */
abstract class NullableColumnVector extends BlockColumnVector {

  private final int rows;

  NullableColumnVector(DataType type, int rows) {
    super(type);
    this.rows = rows;
  }

  @Override
  public abstract boolean isNullAt(int row);

  @Override
  public final boolean hasNull() {
    return numNulls() > 0;
  }

  @Override
  public final int numNulls() {
    int nulls = 0;
    for (int row = 0; row < rows; row++) {
      if (isNullAt(row)) {
        nulls++;
      }
    }
    return nulls;
  }
}
