// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.store.lmdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.block.BlockBuilder;
import io.github.mqttpartitioned.block.SampleMessage;
import io.github.mqttpartitioned.store.PartitionStore;
import io.github.mqttpartitioned.store.StoreWriter;
import io.github.mqttpartitioned.store.Stores;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StoreLimitsTest {

  private static final long MIB = Stores.MIB;

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

  /** Appends blocks of one size, and compares what they were charged with what the file grew by. */
  @ParameterizedTest
  @ValueSource(ints = {1, 200, 700, 1_000, 1_500, 2_000, 4_000, 8_000, 100_000})
  void chargesWhatBlocksTake(int payload) {
    try (PartitionStore store = PartitionStore.open(Stores.config(directory, 64 * MIB))) {
      BlockBuilder block =
          SampleMessage.builder(List.of(SampleMessage.ofSize(payload, new Random(1))));
      long before = store.environment().usedBytes();
      try (StoreWriter writer = store.write()) {
        for (int i = 0; i < 300; i++) {
          writer.append(block);
        }
        writer.commit();
      }
      double charged = store.liveBytes();
      double taken = store.environment().usedBytes() - before;
      assertThat(charged / taken).isBetween(0.9, 2.2);
    }
  }
}
