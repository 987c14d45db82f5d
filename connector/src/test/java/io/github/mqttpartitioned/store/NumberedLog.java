// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.block.Block;
import io.github.mqttpartitioned.block.BlockBuilder;
import io.github.mqttpartitioned.block.BlockCursor;
import io.github.mqttpartitioned.block.LogExtent;
import io.github.mqttpartitioned.block.OffsetRange;
import io.github.mqttpartitioned.block.SampleMessage;
import io.github.mqttpartitioned.mqtt.packet.InFlightChanges;
import io.github.mqttpartitioned.mqtt.packet.InFlightIds;
import java.nio.ByteBuffer;
import java.util.Random;

/**
 * A log that shows by itself whether anything is missing: each payload is its own offset, and the
 * ids in flight after each write are those of the last {@value #IN_FLIGHT} messages.
 */
final class NumberedLog {

  private static final int IN_FLIGHT = 100;
  private static final int KEPT = 20_000;

  private final PartitionStore store;
  private final BlockBuilder block = new BlockBuilder(SampleMessage.BROKER);
  private final InFlightChanges changes = new InFlightChanges();

  NumberedLog(PartitionStore store) {
    this.store = store;
  }

  /** Appends a few blocks and trims old ones, in one write. */
  void write(Random random) {
    long first = store.extent().next();
    long next = first;
    try (StoreWriter writer = store.write()) {
      for (int i = random.nextInt(3); i >= 0; i--) {
        int count = 1 + random.nextInt(300);
        fill(next, count, 10 + random.nextInt(random.nextInt(10) == 0 ? 1_000 : 50));
        writer.append(block);
        next += count;
      }
      changes.reset();
      for (long offset = Math.max(0, first - IN_FLIGHT); offset < next - IN_FLIGHT; offset++) {
        changes.release(id(offset));
      }
      for (long offset = Math.max(first, next - IN_FLIGHT); offset < next; offset++) {
        changes.add(id(offset), offset + 1);
      }
      writer.apply(changes);
      writer.trim(next - KEPT);
      writer.commit();
    }
  }

  private void fill(long first, int count, int length) {
    block.clear();
    ByteBuffer payload = ByteBuffer.allocate(Math.max(length, Long.BYTES));
    int topic = block.addTopic(new byte[] {'t'}, 0, 1);
    for (long offset = first; offset < first + count; offset++) {
      payload.putLong(0, offset);
      block.add(offset, 0, topic, payload.array(), 0, payload.capacity(), 0, 0);
    }
  }

  private static int id(long offset) {
    return (int) (offset % (1 << Character.SIZE));
  }

  /** Reads all that there is, and fails unless it is what was written and nothing else. */
  void verify() {
    LogExtent extent = store.extent();
    long expected = extent.earliest();
    try (BlockCursor cursor = store.read(new OffsetRange(extent.earliest(), extent.next()))) {
      for (Block found = cursor.next(); found != null; found = cursor.next()) {
        assertThat(found.firstOffset()).isEqualTo(expected);
        found.verify();
        ByteBuffer bytes = found.bytes().duplicate();
        for (int row = 0; row < found.count(); row++) {
          assertThat(bytes.getLong(found.payloadStart(row))).isEqualTo(expected++);
        }
      }
    }
    assertThat(expected).isEqualTo(extent.next());
    InFlightIds ids = store.inFlight();
    long oldest = Math.max(0, extent.next() - IN_FLIGHT);
    assertThat(ids.size()).isEqualTo((int) (extent.next() - oldest));
    for (long offset = oldest; offset < extent.next(); offset++) {
      assertThat(ids.fingerprint(id(offset))).isEqualTo(offset + 1);
    }
  }
}
