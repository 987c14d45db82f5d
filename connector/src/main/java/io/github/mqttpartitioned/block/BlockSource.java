// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.block;

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

  /** Whether this JVM holds the blocks, and not another node. */
  default boolean isLocal() {
    return true;
  }
}
