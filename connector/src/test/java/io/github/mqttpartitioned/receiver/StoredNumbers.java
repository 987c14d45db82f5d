// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.receiver;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.block.Block;
import io.github.mqttpartitioned.block.BlockCursor;
import io.github.mqttpartitioned.block.LogExtent;
import io.github.mqttpartitioned.block.OffsetRange;
import io.github.mqttpartitioned.store.PartitionStore;
import io.github.mqttpartitioned.testkit.NumberedMessages;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.BitSet;

/**
 * What a store has ever held, by the numbers of the messages, followed over its openings: nothing
 * that was once there may change, and offsets go on without a gap.
 */
final class StoredNumbers {

  private int[] numbers = new int[1 << 16];
  private int next;
  private final BitSet seen = new BitSet();
  private long duplicates;

  /** Offset behind the last one. */
  long next() {
    return next;
  }

  /** Messages that were stored before. */
  long duplicates() {
    return duplicates;
  }

  /** Compares what is known with what the store holds, and learns what is new. */
  void follow(PartitionStore store) {
    LogExtent extent = store.extent();
    read(store, extent, extent.earliest());
  }

  /** Learns what is new in a store that is being trimmed up to {@link #next}. */
  void learn(PartitionStore store) {
    LogExtent extent = store.extent();
    read(store, extent, next);
  }

  private void read(PartitionStore store, LogExtent extent, long from) {
    assertThat(extent.earliest()).as("earliest of %s", extent).isLessThanOrEqualTo(next);
    assertThat(extent.next()).as("next of %s", extent).isGreaterThanOrEqualTo(next);
    long expected = from;
    try (BlockCursor cursor = store.read(new OffsetRange(from, extent.next()))) {
      for (Block block = cursor.next(); block != null; block = cursor.next()) {
        block.verify();
        assertThat(block.firstOffset()).isLessThanOrEqualTo(expected);
        for (int row = (int) (expected - block.firstOffset()); row < block.count(); row++) {
          long number =
              block
                  .bytes()
                  .duplicate()
                  .order(ByteOrder.BIG_ENDIAN)
                  .getLong(block.payloadStart(row));
          take((int) expected++, (int) NumberedMessages.sequence(number));
        }
      }
    }
    assertThat(expected).isEqualTo(extent.next());
  }

  private void take(int offset, int number) {
    if (offset < next) {
      assertThat(number).as("message at offset %s", offset).isEqualTo(numbers[offset]);
      return;
    }
    if (offset == numbers.length) {
      numbers = Arrays.copyOf(numbers, 2 * numbers.length);
    }
    numbers[offset] = number;
    next = offset + 1;
    if (seen.get(number)) {
      duplicates++;
    }
    seen.set(number);
  }

  /** Fails unless all of these numbers have been stored. */
  void assertHolds(BitSet expected) {
    BitSet missing = (BitSet) expected.clone();
    missing.andNot(seen);
    assertThat(missing.cardinality()).as("missing, of them %s", missing.nextSetBit(0)).isZero();
  }
}
