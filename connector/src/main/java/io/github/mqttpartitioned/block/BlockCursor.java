// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.block;

import org.jspecify.annotations.Nullable;

/**
 * Walks the blocks of a range in the order of their offsets. Confined to one thread at a time; it
 * may be closed by another thread only when no call is under way.
 */
public interface BlockCursor extends AutoCloseable {

  /**
   * Moves to the next block. The block returned before is no longer valid.
   *
   * <p>The first block may begin before the range, and the last one may end after it. The caller
   * must skip what lies outside.
   *
   * @return null after the last block of the range
   * @throws CorruptBlockException when the bytes found are not the block that was written
   */
  @Nullable Block next();

  /** Gives the borrowed memory back; the last block is no longer valid. Closing twice is fine. */
  @Override
  void close();
}
