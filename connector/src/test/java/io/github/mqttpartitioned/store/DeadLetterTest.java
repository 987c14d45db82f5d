// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.block.DeadLetter;
import io.github.mqttpartitioned.store.lmdb.DeadLetterTable;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeadLetterTest {

  @TempDir Path directory;

  @Test
  void keepsPacketAndReasonOverReopening() {
    ByteBuffer packet = ByteBuffer.wrap("xxpacketyy".getBytes(StandardCharsets.UTF_8));
    packet.position(2).limit(8);
    try (PartitionStore store = PartitionStore.open(Stores.config(directory))) {
      assertThat(store.deadLetters()).isEmpty();
      try (StoreWriter writer = store.write()) {
        writer.addDeadLetter(packet, "gibt’s nicht");
        writer.commit();
      }
      assertThat(packet.position()).isEqualTo(2);
      assertThat(packet.limit()).isEqualTo(8);
    }
    try (PartitionStore store = PartitionStore.open(Stores.config(directory))) {
      DeadLetter kept = store.deadLetters().get(0);
      assertThat(kept.number()).isZero();
      assertThat(kept.reason()).isEqualTo("gibt’s nicht");
      assertThat(kept.length()).isEqualTo(6);
      assertThat(StandardCharsets.UTF_8.decode(kept.bytes()).toString()).isEqualTo("packet");
    }
  }

  @Test
  void packetThatIsNotCommittedIsNotKept() {
    try (PartitionStore store = PartitionStore.open(Stores.config(directory))) {
      try (StoreWriter writer = store.write()) {
        writer.addDeadLetter(ByteBuffer.allocate(10), "given up");
      }
      assertThat(store.deadLetters()).isEmpty();
    }
  }

  @Test
  void keepsTheNewestPackets() {
    int packets = DeadLetterTable.MAX_PACKETS + 10;
    try (PartitionStore store = PartitionStore.open(Stores.config(directory))) {
      try (StoreWriter writer = store.write()) {
        for (int i = 0; i < packets; i++) {
          ByteBuffer packet = ByteBuffer.allocateDirect(4).putInt(0, i);
          assertThat(writer.addDeadLetter(packet, "number " + i)).isEqualTo(i);
        }
        writer.commit();
      }
      List<DeadLetter> kept = store.deadLetters();
      assertThat(kept).hasSize(DeadLetterTable.MAX_PACKETS);
      for (int i = 0; i < kept.size(); i++) {
        assertThat(kept.get(i).number()).isEqualTo(10 + i);
        assertThat(kept.get(i).reason()).isEqualTo("number " + (10 + i));
        assertThat(kept.get(i).bytes().getInt(0)).isEqualTo(10 + i);
      }
    }
  }

  @Test
  void keepsTheBeginningOfLongPacketAndLongReason() {
    try (PartitionStore store = PartitionStore.open(Stores.config(directory))) {
      try (StoreWriter writer = store.write()) {
        writer.addDeadLetter(ByteBuffer.allocate(10 << 20).put(0, (byte) 7), "r".repeat(10_000));
        writer.commit();
      }
      DeadLetter kept = store.deadLetters().get(0);
      assertThat(kept.length()).isEqualTo(10 << 20);
      assertThat(kept.bytes().remaining()).isEqualTo(DeadLetterTable.MAX_PACKET_BYTES);
      assertThat(kept.bytes().get(0)).isEqualTo((byte) 7);
      assertThat(kept.reason()).hasSize(1024);
    }
  }

  @Test
  void packetsTakeBoundedDisk() {
    try (PartitionStore store = PartitionStore.open(Stores.config(directory))) {
      for (int i = 0; i < 50; i++) {
        try (StoreWriter writer = store.write()) {
          writer.addDeadLetter(ByteBuffer.allocate(40_000), "number " + i);
          writer.commit();
        }
      }
      List<DeadLetter> kept = store.deadLetters();
      assertThat(kept).hasSizeBetween(3, 6);
      assertThat(kept.get(kept.size() - 1).reason()).isEqualTo("number 49");
      assertThat(store.environment().usedBytes()).isLessThan(2 * Stores.MIB);
    }
  }
}
