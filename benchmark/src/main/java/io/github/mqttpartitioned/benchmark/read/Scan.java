// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.benchmark.read;

import io.github.mqttpartitioned.block.Block;
import java.nio.ByteBuffer;

/** What is done with each block of a store when no query reads it. */
enum Scan {
  /** Adds up all bytes, eight at a time: what a query that looks at everything cannot go below. */
  BYTES("every byte") {
    @Override
    void read(Block block) {
      ByteBuffer bytes = block.bytes();
      long sum = 0;
      for (int i = 0; i <= bytes.capacity() - Long.BYTES; i += Long.BYTES) {
        sum += bytes.getLong(i);
      }
      if (sum == 0) {
        throw new IllegalStateException("a block of nothing but zeros");
      }
    }
  },
  /** The checksum of every column; a query checks those that it reads. */
  CHECKSUMS("every checksum") {
    @Override
    void read(Block block) {
      block.verify();
    }
  };

  private final String title;

  Scan(String title) {
    this.title = title;
  }

  String title() {
    return title;
  }

  abstract void read(Block block);
}
