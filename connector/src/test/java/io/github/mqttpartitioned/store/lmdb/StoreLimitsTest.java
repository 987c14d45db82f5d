// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.store.lmdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.block.BlockBuilder;
import io.github.mqttpartitioned.block.SampleMessage;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.lmdbjava.Txn;

class StoreLimitsTest {

  private static final long MIB = 1 << 20;
  private static final int BLOCKS = 300;

  @TempDir Path directory;

  @Test
  void keepsRoomBack() {
    StoreLimits smallest = StoreLimits.of(16 * MIB, 4096);
    assertThat(smallest.mapBytes()).isEqualTo(16 * MIB);
    assertThat(smallest.capacity()).isEqualTo(13 * MIB + 3 * MIB / 4);
    assertThat(smallest.largestBlock()).isEqualTo(smallest.capacity() / 4);
    assertThat(smallest.deadLetterBytes()).isEqualTo(MIB / 4);

    StoreLimits usual = StoreLimits.of(10_240 * MIB, 4096);
    assertThat(usual.capacity()).isEqualTo((10_240 - 640 - 64 - 1) * MIB);
    assertThat(usual.largestBlock()).as("any MQTT message fits").isGreaterThan(300 * MIB);
  }

  @Test
  void mapIsWholePages() {
    assertThat(StoreLimits.of(16 * MIB + 70_000, 4096).mapBytes()).isEqualTo(16 * MIB + 65_536);
  }

  /** Appends blocks of one size, and compares their cost with the growth of the file. */
  @ParameterizedTest
  @ValueSource(ints = {1, 200, 700, 1_000, 1_500, 2_000, 4_000, 8_000, 100_000})
  void chargesWhatBlocksTake(int payload) {
    BlockBuilder block =
        SampleMessage.builder(List.of(SampleMessage.ofSize(payload, new Random(1))));
    int length = block.encodedLength();
    StoreEnvironment environment = StoreEnvironment.open(directory, 64 * MIB);
    try {
      long before = environment.usedBytes();
      try (Txn<ByteBuffer> txn = environment.beginWrite()) {
        for (int i = 0; i < BLOCKS; i++) {
          environment.blocks().append(txn, i, block, length);
        }
        txn.commit();
      }
      double taken = environment.usedBytes() - before;
      double charged = BLOCKS * StoreLimits.of(64 * MIB, environment.pageSize()).cost(length);
      assertThat(charged / taken).isBetween(0.9, 2.2);
    } finally {
      environment.close(() -> {});
    }
  }
}
