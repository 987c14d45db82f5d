// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.benchmark.ingest;

import io.github.mqttpartitioned.block.Block;
import io.github.mqttpartitioned.block.BlockCursor;
import io.github.mqttpartitioned.block.BlockSource;
import io.github.mqttpartitioned.block.OffsetRange;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Reads a store back, and compares it message by message with what was sent. */
final class StoredMessages {

  private final BlockSource store;

  StoredMessages(BlockSource store) {
    this.store = store;
  }

  /**
   * Message number n, whose payload begins with n, must be at offset n.
   *
   * @throws WrongCountException naming the first offset that holds something else
   */
  void verify(Load load) throws WrongCountException {
    long offset = 0;
    try (BlockCursor blocks = store.read(new OffsetRange(0, load.messages()))) {
      for (Block block = blocks.next(); block != null; block = blocks.next()) {
        block.verify();
        ByteBuffer bytes = block.bytes().duplicate().order(ByteOrder.BIG_ENDIAN);
        expect("first offset of a block", offset, block.firstOffset(), offset);
        for (int row = 0; row < block.count(); row++, offset++) {
          expect("QoS", offset, block.qos(row), load.qos());
          expect("payload length", offset, block.payloadLength(row), load.payloadBytes());
          long number = bytes.getLong(block.payloadStart(row));
          expect("message number", offset, number, offset);
        }
      }
    }
    expect("number of messages", offset, offset, load.messages());
  }

  private static void expect(String what, long offset, long found, long expected)
      throws WrongCountException {
    if (found != expected) {
      throw new WrongCountException(
          "%s at offset %,d of the store is %,d, expected %,d"
              .formatted(what, offset, found, expected));
    }
  }
}
