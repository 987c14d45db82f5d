// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.mqttpartitioned.block.Block;
import io.github.mqttpartitioned.block.BlockCursor;
import io.github.mqttpartitioned.block.CorruptBlockException;
import io.github.mqttpartitioned.block.LogExtent;
import io.github.mqttpartitioned.block.OffsetRange;
import io.github.mqttpartitioned.block.SampleMessage;
import io.github.mqttpartitioned.store.lmdb.StoreEnvironment;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lmdbjava.GetOp;

/** Files that are not what they were, not there, or not this partition's. */
class StoreDamageTest {

  @TempDir Path directory;

  @Test
  void storeOfAnotherPartitionOrSourceIsRefused() {
    PartitionStore.open(Stores.config(directory)).close();
    for (StoreConfig other :
        List.of(
            new StoreConfig(directory, "source", 4, 16 * Stores.MIB, 0),
            new StoreConfig(directory, "other", 3, 16 * Stores.MIB, 0))) {
      assertThatThrownBy(() -> PartitionStore.open(other))
          .isInstanceOf(StoreException.Foreign.class)
          .hasMessageContaining("belongs to partition 3 of source source")
          .hasMessageContaining(
              "not to partition " + other.partition() + " of source " + other.sourceId());
    }
    try (PartitionStore store = PartitionStore.open(Stores.config(directory))) {
      assertThat(store.epoch()).as("an opening that is refused takes no epoch").isEqualTo(2);
    }
  }

  @Test
  void storeThatEndsBeforeOffsetsInUseIsRefusedAndLeftAsItIs() {
    try (PartitionStore store = PartitionStore.open(Stores.config(directory))) {
      Stores.append(store, 10);
    }
    StoreConfig later = new StoreConfig(directory, "source", 3, 16 * Stores.MIB, 11);
    assertThatThrownBy(() -> PartitionStore.open(later))
        .isInstanceOf(StoreException.Outdated.class)
        .hasMessageContaining(
            "is older than the checkpoint: it holds [0, 10), but offsets below 11");
    StoreConfig equal = new StoreConfig(directory, "source", 3, 16 * Stores.MIB, 10);
    try (PartitionStore store = PartitionStore.open(equal)) {
      assertThat(store.epoch()).as("an opening that is refused takes no epoch").isEqualTo(2);
      assertThat(store.extent().next()).isEqualTo(10);
    }
  }

  /** LMDB gives the meta page its old transaction back, and leaves it the new root. */
  @Test
  void commitOfWhichTheMetaPageFailedIsNoDamage() throws IOException {
    try (PartitionStore store = PartitionStore.open(Stores.config(directory))) {
      Stores.append(store, 10);
      Stores.append(store, 1);
    }
    Path file = StoreDirectory.dataFile(directory);
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.nativeOrder());
    int pageBytes = bytes.getInt(40);
    long even = bytes.getLong(144);
    long odd = bytes.getLong(pageBytes + 144);
    int newer = even > odd ? 0 : pageBytes;
    int older = pageBytes - newer;
    bytes.putLong(newer + 136, bytes.getLong(older + 136));
    bytes.putLong(newer + 144, Math.max(even, odd) - 2);
    Files.write(file, bytes.array());

    assertThatThrownBy(() -> PartitionStore.open(Stores.config(directory)))
        .isInstanceOf(StoreException.Damaged.class)
        .hasMessageContaining("root (byte 128) leads to the state of transaction");

    StoreDirectory.noteFailedCommit(directory);
    try (PartitionStore store = PartitionStore.open(Stores.config(directory))) {
      assertThat(store.extent()).isEqualTo(new LogExtent(0, 10));
      assertThat(StoreDirectory.hasFailedCommit(directory)).isFalse();
    }
    PartitionStore.open(Stores.config(directory)).close();
  }

  @Test
  void lockFileThatIsGarbageDoesNotMatter() throws IOException {
    fill();
    byte[] garbage = new byte[100_000];
    for (int length : new int[] {0, 1, 100, 8192, garbage.length}) {
      new Random(length).nextBytes(garbage);
      Files.write(directory.resolve("lock.mdb"), Arrays.copyOf(garbage, length));
      try (PartitionStore store = PartitionStore.open(Stores.config(directory))) {
        Stores.append(store, 5);
        try (BlockCursor cursor = store.read(new OffsetRange(0, store.extent().next()))) {
          for (Block block = cursor.next(); block != null; block = cursor.next()) {
            block.verify();
          }
        }
      }
    }
  }

  @Test
  void nothingIsCommittedToAFileThatIsNotThereAnyMore() throws IOException {
    Path moved = directory.resolveSibling(directory.getFileName() + "-moved");
    for (boolean replaced : new boolean[] {false, true}) {
      Path path = directory.resolve("p" + replaced);
      try (PartitionStore store = PartitionStore.open(Stores.config(path))) {
        Stores.append(store, 5);
        Files.move(path, moved);
        if (replaced) {
          Files.createDirectory(path);
          Files.copy(StoreDirectory.dataFile(moved), StoreDirectory.dataFile(path));
        }
        assertThatThrownBy(() -> Stores.append(store, 5))
            .isInstanceOf(StoreException.Damaged.class)
            .hasMessageContaining(replaced ? "was replaced" : "was removed");
        assertThat(store.extent().next()).isEqualTo(5);
      }
      for (String file : new String[] {"data.mdb", "lock.mdb", "create.lock"}) {
        Files.deleteIfExists(moved.resolve(file));
      }
      Files.delete(moved);
    }
  }

  @Test
  void fileThatLostItsEndIsRefusedEachTime() throws IOException {
    fill();
    Path file = StoreDirectory.dataFile(directory);
    long whole = Files.size(file);
    byte[] bytes = Files.readAllBytes(file);
    // Cut by a lot, and by as little as LMDB itself may leave unwritten.
    for (long length : new long[] {whole / 2, whole - 4096, 8192}) {
      truncate(file, length);
      for (int i = 0; i < 2; i++) {
        assertThatThrownBy(() -> PartitionStore.open(Stores.config(directory)))
            .as("cut to %d of %d bytes", length, whole)
            .isInstanceOf(StoreException.Damaged.class)
            .hasMessageContaining(directory.toRealPath().toString())
            .hasMessageContaining("failOnDataLoss");
        assertThat(Files.size(file)).isEqualTo(length);
      }
      Files.write(file, bytes);
      PartitionStore.open(Stores.config(directory)).close();
      bytes = Files.readAllBytes(file);
    }
  }

  @Test
  void emptyFileIsDamageAndNotNewStore() throws IOException {
    fill();
    truncate(StoreDirectory.dataFile(directory), 0);
    assertThat(PartitionStore.exists(directory)).isTrue();
    assertThatThrownBy(() -> PartitionStore.open(Stores.config(directory)))
        .isInstanceOf(StoreException.Damaged.class)
        .hasMessageContaining("is empty");
  }

  @Test
  void fileOfAnotherKindIsRefused() throws IOException {
    Files.writeString(StoreDirectory.dataFile(directory), "not LMDB".repeat(10_000));
    assertThatThrownBy(() -> PartitionStore.open(Stores.config(directory)))
        .isInstanceOf(StoreException.Damaged.class);
  }

  @Test
  void flippedByteIsFoundWhereItIsReadAndCanBeTrimmed() throws IOException {
    byte[] marker = "a payload to be found in the file".getBytes(StandardCharsets.UTF_8);
    SampleMessage marked = message(marker);
    SampleMessage other = SampleMessage.ofSize(5_000, new Random(1));
    try (PartitionStore store = PartitionStore.open(Stores.config(directory))) {
      Stores.append(store, SampleMessage.builder(List.of(other)));
      Stores.append(store, SampleMessage.builder(List.of(other, marked)));
      Stores.append(store, SampleMessage.builder(List.of(other)));
    }
    assertThat(Stores.flip(directory, marker)).isEqualTo(1);
    try (PartitionStore store = PartitionStore.open(Stores.config(directory))) {
      try (BlockCursor cursor = store.read(new OffsetRange(0, 4))) {
        SampleMessage.assertSame(List.of(other), 0, cursor.next());
        Block damaged = cursor.next();
        assertThat(damaged.receivedMicros(1)).isEqualTo(1);
        assertThatThrownBy(() -> damaged.payloadStart(1))
            .isInstanceOf(CorruptBlockException.class)
            .hasMessageContaining("store " + store.place() + ", offset 1");
        SampleMessage.assertSame(List.of(other), 3, cursor.next());
      }
      assertThat(Stores.trim(store, 3)).isEqualTo(3);
    }
  }

  @Test
  void blockWithDamagedHeaderCanBeTrimmed() throws IOException {
    byte[] header = new byte[12];
    // Magic number, version, number of columns, and half of offset 1.
    ByteBuffer.wrap(header).put("MQPB".getBytes(StandardCharsets.US_ASCII)).put((byte) 1);
    header[6] = 10;
    header[8] = 1;
    try (PartitionStore store = PartitionStore.open(Stores.config(directory))) {
      for (int i = 0; i < 3; i++) {
        Stores.append(
            store, SampleMessage.builder(List.of(SampleMessage.ofSize(5_000, new Random(i)))));
      }
    }
    assertThat(Stores.flip(directory, header)).isEqualTo(1);
    try (PartitionStore store = PartitionStore.open(Stores.config(directory))) {
      try (BlockCursor cursor = store.read(new OffsetRange(0, 3))) {
        assertThat(cursor.next()).isNotNull();
        assertThatThrownBy(cursor::next)
            .isInstanceOf(CorruptBlockException.class)
            .hasMessageContaining(store.place());
      }
      assertThat(Stores.trim(store, 2)).isEqualTo(2);
      try (BlockCursor cursor = store.read(new OffsetRange(2, 3))) {
        assertThat(cursor.next()).isNotNull();
      }
    }
  }

  @Test
  void blockThatIsNotThereIsDamage() {
    try (PartitionStore store = PartitionStore.open(Stores.config(directory))) {
      for (int i = 0; i < 3; i++) {
        Stores.append(store, 10);
      }
      deleteBlock(store, 10);
      try (BlockCursor cursor = store.read(new OffsetRange(0, 30))) {
        assertThat(cursor.next()).isNotNull();
        assertThatThrownBy(cursor::next)
            .isInstanceOf(StoreException.Damaged.class)
            .hasMessageContaining("partition 3 has no block for offset 10")
            .hasMessageContaining("begins at 20");
      }
      try (BlockCursor cursor = store.read(new OffsetRange(15, 30))) {
        assertThatThrownBy(cursor::next)
            .isInstanceOf(StoreException.Damaged.class)
            .hasMessageContaining("offset 15")
            .hasMessageContaining("[0, 10)");
      }
      deleteBlock(store, 20);
      try (BlockCursor cursor = store.read(new OffsetRange(25, 30))) {
        assertThatThrownBy(cursor::next).isInstanceOf(StoreException.Damaged.class);
      }
    }
  }

  @Test
  void directoryThatCannotBeOneIsUnusable() throws IOException {
    Path file = directory.resolve("file");
    Files.writeString(file, "x");
    for (Path path : List.of(file, file.resolve("p3"), Path.of("/proc/mqtt-partitioned/p3"))) {
      assertThatThrownBy(() -> PartitionStore.open(Stores.config(path)))
          .isInstanceOf(StoreException.Unusable.class)
          .hasMessageContaining(path.toString())
          .hasMessageContaining("is writable");
      assertThat(PartitionStore.exists(path)).isFalse();
    }
    assertThatThrownBy(() -> PartitionStore.open(Stores.config(Path.of("/proc/self"))))
        .isInstanceOf(StoreException.Unusable.class);
  }

  @Test
  void creationThatWasCutOffBeginsAgain() throws IOException {
    Path creating = Files.createDirectory(directory.resolve("creating"));
    Files.writeString(creating.resolve("data.mdb"), "half");
    assertThat(PartitionStore.exists(directory)).isFalse();
    try (PartitionStore store = PartitionStore.open(Stores.config(directory))) {
      assertThat(store.epoch()).isEqualTo(1);
    }
    assertThat(creating).doesNotExist();
  }

  @Test
  void storeIsForItsOwnerAlone() throws IOException {
    Path path = directory.resolve("store/p3");
    PartitionStore.open(Stores.config(path)).close();
    for (Path made : List.of(path.getParent(), path)) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(made)))
          .isEqualTo("rwx------");
    }
    assertThat(
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(StoreDirectory.dataFile(path))))
        .isEqualTo("rw-------");
  }

  @Test
  void smallerLimitStillOpensAndTrims() {
    StoreConfig large = Stores.config(directory, 64 * Stores.MIB);
    try (PartitionStore store = PartitionStore.open(large)) {
      for (int i = 0; i < 50; i++) {
        Stores.append(
            store,
            SampleMessage.builder(List.of(SampleMessage.ofSize((int) Stores.MIB, new Random(i)))));
      }
    }
    try (PartitionStore store = PartitionStore.open(Stores.config(directory))) {
      assertThatThrownBy(() -> Stores.append(store, 1)).isInstanceOf(StoreException.Full.class);
      assertThat(store.hasRoom()).isFalse();
      for (int offset = 1; offset <= 45; offset++) {
        assertThat(Stores.trim(store, offset)).isEqualTo(1);
      }
      assertThat(store.hasRoom()).isTrue();
      Stores.append(store, 1);
    }
  }

  private void fill() {
    try (PartitionStore store = PartitionStore.open(Stores.config(directory))) {
      for (int i = 0; i < 20; i++) {
        Stores.append(
            store, SampleMessage.builder(List.of(SampleMessage.ofSize(100_000, new Random(i)))));
      }
    }
  }

  private static void deleteBlock(PartitionStore store, long offset) {
    StoreEnvironment environment = store.environment();
    try (var txn = environment.beginWrite()) {
      try (var cursor = environment.blocks().openCursor(txn)) {
        ByteBuffer key = ByteBuffer.allocateDirect(Long.BYTES).putLong(0, offset);
        assertThat(cursor.get(key, GetOp.MDB_SET)).isTrue();
        cursor.delete();
      }
      txn.commit();
    }
  }

  private static SampleMessage message(byte[] payload) {
    return new SampleMessage(1, 0, false, false, "a", payload, new byte[0]);
  }

  private static void truncate(Path file, long length) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.truncate(length);
    }
  }
}
