// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.receiver;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.block.Block;
import io.github.mqttpartitioned.block.BlockCursor;
import io.github.mqttpartitioned.block.OffsetRange;
import io.github.mqttpartitioned.store.PartitionStore;

/** Looks at what a store holds. */
final class StoredPayloads {

  private StoredPayloads() {}

  /** Checks all payloads from offset 0 on. */
  static void check(PartitionStore store, byte[]... expected) {
    int next = 0;
    try (BlockCursor cursor = store.read(new OffsetRange(0, expected.length))) {
      for (Block block = cursor.next(); block != null; block = cursor.next()) {
        for (int row = 0; row < block.count(); row++) {
          byte[] payload = new byte[block.payloadLength(row)];
          block.bytes().get(block.payloadStart(row), payload);
          assertThat(payload).as("payload %s", next).isEqualTo(expected[next]);
          next++;
        }
      }
    }
    assertThat(next).isEqualTo(expected.length);
  }

  /**
   * Marks the messages from offset {@code from} on by their first byte.
   *
   * @return the offset behind the last one
   */
  static long markFirstBytes(PartitionStore store, long from, boolean[] seen) {
    long until = store.extent().next();
    try (BlockCursor cursor = store.read(new OffsetRange(from, until))) {
      for (Block block = cursor.next(); block != null; block = cursor.next()) {
        for (int row = 0; row < block.count(); row++) {
          seen[block.bytes().get(block.payloadStart(row))] = true;
        }
      }
    }
    return until;
  }
}
