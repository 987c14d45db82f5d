// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.mqttpartitioned.block.Block;
import io.github.mqttpartitioned.block.BlockBuilder;
import io.github.mqttpartitioned.block.BlockCursor;
import io.github.mqttpartitioned.block.LogExtent;
import io.github.mqttpartitioned.block.LostStoreException;
import io.github.mqttpartitioned.block.OffsetRange;
import io.github.mqttpartitioned.block.SampleMessage;
import io.github.mqttpartitioned.mqtt.packet.InFlightChanges;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Appending, reading, trimming. */
class PartitionStoreTest {

  private static final long MIB = Stores.MIB;

  @TempDir Path directory;

  @Test
  void keepsWhatWasCommittedOverReopening() {
    List<SampleMessage> first;
    List<SampleMessage> second;
    try (PartitionStore store = PartitionStore.open(Stores.config(directory))) {
      first = Stores.append(store, 10);
      second = Stores.append(store, 20);
    }
    try (PartitionStore store = PartitionStore.open(Stores.config(directory))) {
      assertThat(store.extent()).isEqualTo(new LogExtent(0, 30));
      assertThat(store.epoch()).isEqualTo(2);
      try (BlockCursor cursor = store.read(new OffsetRange(0, 30))) {
        SampleMessage.assertSame(first, 0, cursor.next());
        SampleMessage.assertSame(second, 10, cursor.next());
        assertThat(cursor.next()).isNull();
        assertThat(cursor.next()).isNull();
      }
    }
  }

  @Test
  void newStoreStartsWhereItIsToldAndAnOldOneDoesNot() {
    Path path = directory.resolve("deep/p3");
    assertThat(PartitionStore.exists(path)).isFalse();
    try (PartitionStore store =
        PartitionStore.open(new StoreConfig(path, "source", 3, 16 * MIB, 4711))) {
      assertThat(PartitionStore.exists(path)).isTrue();
      assertThat(store.extent()).isEqualTo(LogExtent.emptyAt(4711));
      assertThat(store.epoch()).isEqualTo(1);
      assertThat(store.liveBytes()).isZero();
      Stores.append(store, 2);
      assertThat(store.extent()).isEqualTo(new LogExtent(4711, 4711, 4713));
    }
    try (PartitionStore store =
        PartitionStore.open(new StoreConfig(path, "source", 3, 16 * MIB, 4_713))) {
      assertThat(store.extent()).isEqualTo(new LogExtent(4711, 4711, 4713));
    }
  }

  @Test
  void nothingShowsBeforeCommitAndNothingRemainsWithout() {
    try (PartitionStore store = PartitionStore.open(Stores.config(directory))) {
      InFlightChanges changes = new InFlightChanges();
      try (StoreWriter writer = store.write()) {
        writer.append(SampleMessage.builder(SampleMessage.list(new Random(1), 5, 1, 10, 0)));
        changes.add(1, 11);
        writer.apply(changes);
        assertThat(store.extent()).isEqualTo(LogExtent.emptyAt(0));
        assertThat(store.inFlight().size()).isZero();
      }
      assertThat(store.extent()).isEqualTo(LogExtent.emptyAt(0));
      assertThat(store.inFlight().size()).isZero();
      List<SampleMessage> messages = Stores.append(store, 3);
      try (BlockCursor cursor = store.read(new OffsetRange(0, 3))) {
        SampleMessage.assertSame(messages, 0, cursor.next());
      }
    }
  }

  @Test
  void commitOfNothingWritesNothing() {
    try (PartitionStore store = PartitionStore.open(Stores.config(directory))) {
      Stores.append(store, 3);
      try (StoreWriter writer = store.write()) {
        assertThat(writer.trim(2)).isZero();
        writer.apply(new InFlightChanges());
        writer.commit();
      }
      assertThat(store.extent()).isEqualTo(new LogExtent(0, 3));
    }
  }

  @Test
  void writerIsUsedOnceAndOneAtATime() {
    try (PartitionStore store = PartitionStore.open(Stores.config(directory))) {
      StoreWriter writer = store.write();
      assertThatThrownBy(store::write)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("open writer");
      writer.commit();
      assertThatThrownBy(writer::commit).isInstanceOf(IllegalStateException.class);
      writer.close();
      writer.close();
      assertThatThrownBy(() -> writer.trim(1))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("begin another");
      Stores.append(store, 1);
    }
  }

  @Test
  void rangeInsideBlocksComesWithTheBlocksAroundIt() {
    try (PartitionStore store = PartitionStore.open(Stores.config(directory))) {
      Stores.append(store, 10);
      List<SampleMessage> second = Stores.append(store, 10);
      List<SampleMessage> third = Stores.append(store, 10);
      Stores.append(store, 10);
      try (BlockCursor cursor = store.read(new OffsetRange(15, 22))) {
        SampleMessage.assertSame(second, 10, cursor.next());
        SampleMessage.assertSame(third, 20, cursor.next());
        assertThat(cursor.next()).isNull();
      }
      try (BlockCursor cursor = store.read(new OffsetRange(19, 20))) {
        SampleMessage.assertSame(second, 10, cursor.next());
        assertThat(cursor.next()).isNull();
      }
      for (long offset : new long[] {0, 10, 15, 40}) {
        try (BlockCursor cursor = store.read(new OffsetRange(offset, offset))) {
          assertThat(cursor.next()).isNull();
        }
      }
    }
  }

  @Test
  void rangeThatIsNotHeldIsAnErrorThatNamesBoth() {
    try (PartitionStore store = PartitionStore.open(Stores.config(directory))) {
      Stores.append(store, 10);
      Stores.append(store, 10);
      Stores.trim(store, 10);
      for (OffsetRange range : List.of(new OffsetRange(9, 15), new OffsetRange(15, 21))) {
        assertThatThrownBy(() -> store.read(range))
            .isInstanceOf(StoreException.Missing.class)
            .hasMessageContaining("partition 3")
            .hasMessageContaining(range.toString())
            .hasMessageContaining("[10, 20)")
            .hasMessageContaining(store.place());
      }
    }
  }

  @Test
  void whatOnlyAnEarlierStoreHasHeldIsAnErrorOfItsOwn() {
    StoreConfig config = new StoreConfig(directory, "source", 3, 16 * MIB, 100);
    try (PartitionStore store = PartitionStore.open(config)) {
      Stores.append(store, 10);
      Stores.append(store, 10);
      Stores.trim(store, 110);
    }
    try (PartitionStore store = PartitionStore.open(config)) {
      assertThat(store.extent()).isEqualTo(new LogExtent(100, 110, 120));
      assertThatThrownBy(() -> store.read(new OffsetRange(99, 100)))
          .isInstanceOf(LostStoreException.class)
          .hasMessageStartingWith("[MQTT_STORE_REPLACED] ")
          .hasMessageContaining("partition 3")
          .hasMessageContaining("[99, 100)")
          .hasMessageContaining("began with offset 100")
          .hasMessageContaining(store.place());
      assertThatThrownBy(() -> store.read(new OffsetRange(100, 110)))
          .isInstanceOf(StoreException.Missing.class);
    }
  }

  @Test
  void whatIsTrimmedWhileASnapshotIsHeldCanStillBeRead() {
    OffsetRange all = new OffsetRange(0, 20);
    try (PartitionStore store = PartitionStore.open(Stores.config(directory))) {
      List<SampleMessage> first = Stores.append(store, 10);
      List<SampleMessage> second = Stores.append(store, 10);
      try (BlockCursor held = store.read(all, Duration.ofHours(1));
          BlockCursor alone = store.read(all)) {
        SampleMessage.assertSame(first, 0, held.next());
        SampleMessage.assertSame(first, 0, alone.next());
        Stores.trim(store, 20);
        SampleMessage.assertSame(second, 10, held.next());
        assertThat(held.next()).isNull();
        assertThatThrownBy(alone::next).isInstanceOf(StoreException.Missing.class);
      }
    }
  }

  @Test
  void snapshotIsHeldNoLongerThanItMayBe() {
    try (PartitionStore store = PartitionStore.open(Stores.config(directory))) {
      Stores.append(store, 10);
      List<SampleMessage> second = Stores.append(store, 10);
      Stores.append(store, 10);
      // The time is over before the second block is read, however fast the machine is.
      try (BlockCursor held = store.read(new OffsetRange(0, 30), Duration.ofNanos(1))) {
        held.next();
        SampleMessage.assertSame(second, 10, held.next());
        Stores.trim(store, 30);
        assertThatThrownBy(held::next).isInstanceOf(StoreException.Missing.class);
      }
    }
  }

  @Test
  void trimKeepsBlockThatStraddlesOffset() {
    try (PartitionStore store = PartitionStore.open(Stores.config(directory))) {
      Stores.append(store, 10);
      List<SampleMessage> second = Stores.append(store, 10);
      assertThat(Stores.trim(store, 9)).isZero();
      assertThat(store.extent()).isEqualTo(new LogExtent(0, 20));
      assertThat(Stores.trim(store, 15)).isEqualTo(10);
      assertThat(store.extent()).isEqualTo(new LogExtent(10, 20));
      try (BlockCursor cursor = store.read(new OffsetRange(10, 20))) {
        SampleMessage.assertSame(second, 10, cursor.next());
      }
      assertThat(Stores.trim(store, 5)).isZero();
      assertThat(Stores.trim(store, 20)).isEqualTo(10);
      assertThat(store.extent()).isEqualTo(new LogExtent(20, 20));
      assertThat(store.liveBytes()).isZero();
    }
  }

  @Test
  void trimBeyondTheEndStopsAtWhatWasDurable() {
    try (PartitionStore store = PartitionStore.open(Stores.config(directory))) {
      Stores.append(store, 10);
      try (StoreWriter writer = store.write()) {
        writer.append(SampleMessage.builder(SampleMessage.list(new Random(1), 5, 1, 10, 0)));
        assertThat(writer.trim(Long.MAX_VALUE)).isEqualTo(10);
        writer.commit();
      }
      assertThat(store.extent()).isEqualTo(new LogExtent(10, 15));
    }
  }

  @Test
  void trimDoesBoundedWorkInOneCall() {
    try (PartitionStore store = PartitionStore.open(Stores.config(directory, 256 * MIB))) {
      int size = (int) (StoreWriter.TRIM_BYTES / 2);
      BlockBuilder block =
          SampleMessage.builder(List.of(SampleMessage.ofSize(size, new Random(1))));
      for (int i = 0; i < 5; i++) {
        Stores.append(store, block);
      }
      assertThat(Stores.trim(store, 5)).isEqualTo(2);
      assertThat(store.extent()).isEqualTo(new LogExtent(2, 5));
      try (StoreWriter writer = store.write()) {
        assertThat(writer.trim(5)).isEqualTo(2);
        assertThat(writer.trim(5)).isEqualTo(1);
        assertThat(writer.trim(5)).isZero();
        writer.commit();
      }
      assertThat(store.extent()).isEqualTo(new LogExtent(5, 5));
    }
  }

  @Test
  void rangeTrimmedWhileItIsReadIsMissing() {
    try (PartitionStore store = PartitionStore.open(Stores.config(directory))) {
      List<SampleMessage> first = Stores.append(store, 10);
      Stores.append(store, 10);
      Stores.append(store, 10);
      try (BlockCursor cursor = store.read(new OffsetRange(0, 30))) {
        Block block = cursor.next();
        Stores.trim(store, 20);
        // The block at hand is not touched by that.
        SampleMessage.assertSame(first, 0, block);
        assertThatThrownBy(cursor::next)
            .isInstanceOf(StoreException.Missing.class)
            .hasMessageContaining("[0, 30)")
            .hasMessageContaining("[20, 30)");
      }
    }
  }

  @Test
  void cursorSeesWhatIsAppendedBehindItsRangeAndStopsBefore() {
    try (PartitionStore store = PartitionStore.open(Stores.config(directory))) {
      Stores.append(store, 10);
      try (BlockCursor cursor = store.read(new OffsetRange(0, 10))) {
        Stores.append(store, 10);
        assertThat(cursor.next()).isNotNull();
        assertThat(cursor.next()).isNull();
      }
    }
  }

  @Test
  void keepsOneByteAndOneHundredMebibytes() {
    Random random = new Random(5);
    try (PartitionStore store = PartitionStore.open(Stores.config(directory, 600 * MIB))) {
      for (int size : new int[] {0, 1, (int) (100 * MIB), 1}) {
        SampleMessage message = SampleMessage.ofSize(size, random);
        long offset = store.extent().next();
        Stores.append(store, SampleMessage.builder(List.of(message)));
        try (BlockCursor cursor = store.read(new OffsetRange(offset, offset + 1))) {
          SampleMessage.assertSame(List.of(message), offset, cursor.next());
        }
      }
    }
  }

  @Test
  void readsOneMillionMessagesInOneRange() {
    int messages = 1_000_000;
    byte[] packet = "a/bpayload-of-a-message".getBytes(StandardCharsets.UTF_8);
    try (PartitionStore store = PartitionStore.open(Stores.config(directory, 256 * MIB))) {
      BlockBuilder block = new BlockBuilder(SampleMessage.BROKER);
      try (StoreWriter writer = store.write()) {
        int topic = block.addTopic(packet, 0, 3);
        for (int i = 0; i < messages; i++) {
          if (block.isFull()) {
            writer.append(block);
            block.clear();
            topic = block.addTopic(packet, 0, 3);
          }
          block.add(i, 0, topic, packet, 3, packet.length - 3, 0, 0);
        }
        writer.append(block);
        writer.commit();
      }
      long read = 0;
      try (BlockCursor cursor = store.read(new OffsetRange(0, messages))) {
        for (Block found = cursor.next(); found != null; found = cursor.next()) {
          for (int row = 0; row < found.count(); row++) {
            if (found.receivedMicros(row) != read++
                || found.payloadLength(row) != packet.length - 3) {
              throw new AssertionError("wrong message at offset " + (read - 1));
            }
          }
        }
      }
      assertThat(read).isEqualTo(messages);
    }
  }
}
