// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.block;

/**
 * Where a partition's blocks can be read: its store, or the node that holds it. A reader never
 * knows which. Thread-safe.
 */
public interface BlockSource {

  /**
   * Opens the blocks that hold {@code range}.
   *
   * @throws RuntimeException naming partition, range and what is held, when the range is not held
   *     completely
   */
  BlockCursor read(OffsetRange range);

  /** Whether the blocks lie in this JVM, and not on another node. */
  default boolean isLocal() {
    return true;
  }
}
