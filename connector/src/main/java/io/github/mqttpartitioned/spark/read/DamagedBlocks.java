// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.read;

import io.github.mqttpartitioned.block.Block;
import io.github.mqttpartitioned.block.BlockCursor;
import io.github.mqttpartitioned.block.BlockSource;
import io.github.mqttpartitioned.block.CorruptBlockException;
import io.github.mqttpartitioned.block.OffsetRange;
import io.github.mqttpartitioned.store.StoreException;

/**
 * Finds the end of a damaged region of a partition. A damaged header does not tell where its block
 * ends, so this class tries offsets: in steps that double until an offset can be read, then by
 * bisection back to the first offset of that block. The result depends on the stored bytes alone,
 * so every attempt of a task skips the same offsets.
 */
public final class DamagedBlocks {

  private DamagedBlocks() {}

  /** The first offset of the range if it can be read, otherwise the first one behind the damage. */
  public static long readable(BlockSource source, OffsetRange range) {
    return isReadable(source, range.from(), range.until()) ? range.from() : end(source, range);
  }

  /**
   * The first offset behind the damage.
   *
   * @param range range whose first offset cannot be read
   * @return the first offset of a block that can be read as a whole, or the end of the range
   */
  public static long end(BlockSource source, OffsetRange range) {
    long damaged = range.from();
    long step = 1;
    long readable = range.until();
    while (damaged < range.until() - 1) {
      long tried = Math.min(damaged + step, range.until() - 1);
      if (isReadable(source, tried, range.until())) {
        readable = tried;
        break;
      }
      damaged = tried;
      step *= 2;
    }
    while (readable - damaged > 1) {
      long middle = damaged + (readable - damaged) / 2;
      if (isReadable(source, middle, range.until())) {
        readable = middle;
      } else {
        damaged = middle;
      }
    }
    return readable;
  }

  private static boolean isReadable(BlockSource source, long offset, long until) {
    try (BlockCursor cursor = source.read(new OffsetRange(offset, until))) {
      Block block = cursor.next();
      if (block == null) {
        return false;
      }
      block.verify();
      return true;
    } catch (CorruptBlockException | StoreException.Damaged | StoreException.Missing e) {
      return false;
    }
  }
}
