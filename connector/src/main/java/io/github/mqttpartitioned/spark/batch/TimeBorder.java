// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.batch;

import static java.util.Objects.requireNonNull;

import io.github.mqttpartitioned.block.Block;
import io.github.mqttpartitioned.block.BlockCursor;
import io.github.mqttpartitioned.block.BlockSource;
import io.github.mqttpartitioned.block.OffsetRange;
import io.github.mqttpartitioned.spark.read.DamagedBlocks;

/**
 * Finds the first message that was received at a time or later. It looks at the times of receipt of
 * some blocks, by bisection, and at no payload. The times of a partition grow with its offsets,
 * unless the clock of its host was set back: then the border is one of several.
 */
final class TimeBorder {

  private TimeBorder() {}

  /**
   * The first offset of {@code range} whose message was received at {@code micros} or later; the
   * end of the range if there is none. A border within damaged blocks is anywhere in them.
   *
   * @param skipDamage whether blocks that cannot be read are passed over; otherwise they fail
   */
  static long find(BlockSource source, OffsetRange range, long micros, boolean skipDamage) {
    long low = range.from();
    long high = range.until();
    while (low < high) {
      long middle = low + (high - low) / 2;
      long probe =
          skipDamage ? DamagedBlocks.readable(source, new OffsetRange(middle, high)) : middle;
      if (probe == high) {
        high = middle;
        continue;
      }
      try (BlockCursor cursor = source.read(new OffsetRange(probe, probe + 1))) {
        // A range that is held has a block.
        Block block = requireNonNull(cursor.next());
        long first = Math.max(block.firstOffset(), low);
        long end = Math.min(block.firstOffset() + block.count(), high);
        if (received(block, first) >= micros) {
          high = Math.min(first, middle);
        } else if (received(block, end - 1) < micros) {
          low = end;
        } else {
          return within(block, first, micros);
        }
      }
    }
    return low;
  }

  private static long within(Block block, long from, long micros) {
    long offset = from;
    while (received(block, offset) < micros) {
      offset++;
    }
    return offset;
  }

  private static long received(Block block, long offset) {
    return block.receivedMicros((int) (offset - block.firstOffset()));
  }
}
