// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.block;

import java.time.Duration;
import java.util.List;

/**
 * A place to read a partition's blocks from: its store, or the node that hosts it. Readers treat
 * both alike. Thread-safe.
 */
public interface BlockSource {

  /**
   * Opens the blocks that hold {@code range}.
   *
   * @throws RuntimeException naming partition, range and what is held, when the range is not held
   *     completely
   */
  BlockCursor read(OffsetRange range);

  /**
   * Opens the blocks of a range that may be trimmed meanwhile. For the time {@code hold} the cursor
   * reads from its first snapshot, where this JVM reads the store itself. What is trimmed in this
   * time can still be read, and its pages are not used again before the cursor moves after it.
   *
   * @param hold zero for a snapshot per block from the beginning
   * @throws RuntimeException as {@link #read(OffsetRange)} does
   */
  default BlockCursor read(OffsetRange range, Duration hold) {
    return read(range);
  }

  /**
   * Waits until there is a message behind the ones that are known. Holds nothing while it waits.
   *
   * @param offset behind the last message known
   * @param limit the longest wait
   * @return an offset above {@code offset} up to which the source can be read now; or {@code
   *     offset}, if the time is over
   * @throws RuntimeException if the source cannot be read any more
   * @throws UnsupportedOperationException if the source does not grow
   */
  default long awaitBeyond(long offset, Duration limit) throws InterruptedException {
    throw new UnsupportedOperationException("This source does not grow");
  }

  /**
   * Limits how long reads wait for a partition that is away, from now on.
   *
   * @param limit 0 or less not to wait at all
   */
  default void waitAtMost(Duration limit) {
    // A source that is here waits for nothing.
  }

  /**
   * The dead letters of the partition that are kept, oldest first.
   *
   * @throws RuntimeException if the source cannot be read any more
   * @throws UnsupportedOperationException if the source keeps none
   */
  default List<DeadLetter> deadLetters() {
    throw new UnsupportedOperationException("This source keeps no dead letters");
  }

  /** Whether this JVM holds the blocks, and not another node. */
  default boolean isLocal() {
    return true;
  }
}
