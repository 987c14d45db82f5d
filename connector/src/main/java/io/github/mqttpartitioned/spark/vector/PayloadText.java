// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.vector;

import io.github.mqttpartitioned.block.Block;
import io.github.mqttpartitioned.mqtt.packet.Utf8;
import java.util.BitSet;
import java.util.function.IntConsumer;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.unsafe.types.UTF8String;
import org.jspecify.annotations.Nullable;

/**
 * The payload as text that lies where the bytes lie. A payload that is not UTF-8 is null. The first
 * read checks the payloads of all rows: in one pass over all of them, which ends at the first byte
 * that is not ASCII, and then one by one.
 */
final class PayloadText extends NullableColumnVector {

  private final Block block;
  private final BorrowedBytes bytes;
  private final int firstRow;
  private final int rows;
  private final IntConsumer notUtf8;

  /** Both are set when the first payload is read. */
  private int @Nullable [] places;

  private BitSet nulls = new BitSet();

  /**
   * @param notUtf8 gets the number of payloads that are null
   */
  PayloadText(Block block, BorrowedBytes bytes, int firstRow, int rows, IntConsumer notUtf8) {
    super(DataTypes.StringType, rows);
    this.block = block;
    this.bytes = bytes;
    this.firstRow = firstRow;
    this.rows = rows;
    this.notUtf8 = notUtf8;
  }

  private int[] places() {
    int[] known = places;
    if (known == null) {
      known = block.payloadPlaces();
      check(known);
      places = known;
    }
    return known;
  }

  private void check(int[] found) {
    int begin = found[firstRow];
    if (Utf8.isAscii(block.bytes(), begin, found[firstRow + rows] - begin)) {
      return;
    }
    for (int row = 0; row < rows; row++) {
      int start = found[firstRow + row];
      if (!Utf8.isText(block.bytes(), start, found[firstRow + row + 1] - start)) {
        nulls.set(row);
      }
    }
    notUtf8.accept(nulls.cardinality());
  }

  @Override
  public boolean isNullAt(int row) {
    places();
    return nulls.get(row);
  }

  @Override
  public @Nullable UTF8String getUTF8String(int row) {
    int[] known = places();
    if (nulls.get(row)) {
      return null;
    }
    int start = known[firstRow + row];
    return bytes.text(start, known[firstRow + row + 1] - start);
  }
}
