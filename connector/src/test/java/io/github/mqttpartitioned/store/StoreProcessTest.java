// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.mqttpartitioned.block.BlockBuilder;
import io.github.mqttpartitioned.block.BlockCursor;
import io.github.mqttpartitioned.block.LogExtent;
import io.github.mqttpartitioned.block.OffsetRange;
import io.github.mqttpartitioned.block.SampleMessage;
import io.github.mqttpartitioned.testkit.Await;
import io.github.mqttpartitioned.testkit.ChildJvm;
import io.github.mqttpartitioned.testkit.Full;
import io.github.mqttpartitioned.testkit.Seeded;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What other processes do to a store, and what ends them. */
class StoreProcessTest {

  private static final int KILLS = 5;

  @TempDir Path directory;

  @Tag(Full.TAG)
  @Test
  void killedWriterLeavesExactPrefix() {
    Seeded.run(1, this::killAndReopen);
  }

  private void killAndReopen(Random random) throws Exception {
    for (int kill = 0; kill < KILLS; kill++) {
      long committed = 0;
      try (StoreChild child = StoreChild.start("exec", "writeUntilKilled", directory)) {
        for (int commits = 1 + random.nextInt(150); commits > 0; commits--) {
          committed = Long.parseLong(child.await("next"));
        }
        child.kill();
      }
      try (PartitionStore store = PartitionStore.open(Stores.config(directory, 64 * Stores.MIB))) {
        assertThat(store.extent().next()).isGreaterThanOrEqualTo(committed);
        NumberedLog log = new NumberedLog(store);
        log.verify();
        log.write(random);
        log.verify();
      }
    }
  }

  @Test
  void processIsFencedByTheNextOne() throws Exception {
    try (PartitionStore store = PartitionStore.open(Stores.config(directory, 64 * Stores.MIB))) {
      NumberedLog log = new NumberedLog(store);
      log.write(new Random(1));
      LogExtent extent = store.extent();
      try (StoreChild child = StoreChild.start("exec", "takeOver", directory)) {
        assertThat(child.await("epoch")).isEqualTo("2");
        assertThat(child.waitFor()).isZero();
      }
      for (int i = 0; i < 2; i++) {
        assertThatThrownBy(store::write)
            .isInstanceOf(StoreException.Fenced.class)
            .hasMessageStartingWith("[MQTT_STORE_FENCED] ")
            .hasMessageContaining("partition 3")
            .hasMessageContaining("its epoch is 2, the epoch of this process is 1")
            .hasMessageContaining("In local mode: ")
            .hasMessageContaining("In a cluster: ");
      }
      assertThat(store.extent()).isEqualTo(extent);
      try (BlockCursor cursor = store.read(new OffsetRange(0, extent.next()))) {
        assertThat(cursor.next()).isNotNull();
      }
    }
    try (PartitionStore store = PartitionStore.open(Stores.config(directory, 64 * Stores.MIB))) {
      assertThat(store.epoch()).isEqualTo(3);
      new NumberedLog(store).verify();
    }
  }

  /** A batch read of another application, killed in the middle of a block. */
  @Tag(Full.TAG)
  @Test
  void pagesThatAKilledReaderKeptAreUsedAgain() throws Exception {
    try (PartitionStore store = PartitionStore.open(Stores.config(directory))) {
      Stores.append(store, 100);
      try (StoreChild child = StoreChild.start("exec", "readUntilKilled", directory)) {
        assertThat(child.await("reading")).isEqualTo("100");
        assertThat(fill(store)).as("messages beside a reader that stands still").isFalse();
        child.kill();
      }
      Await.until("room", Duration.ofSeconds(60), () -> fill(store));
    }
  }

  /** Writes and trims three times what the store may hold; false when it finds no room. */
  private static boolean fill(PartitionStore store) {
    long written = 0;
    List<SampleMessage> messages = SampleMessage.list(new Random(1), 500, 5, 1_000, 0);
    BlockBuilder block = SampleMessage.builder(messages);
    store.retryFragmented();
    try {
      while (written < 3 * store.config().maxBytes()) {
        Stores.trim(store, store.extent().next());
        Stores.append(store, block);
        written += block.encodedLength();
      }
      return true;
    } catch (StoreException.Full e) {
      return false;
    }
  }

  @Test
  void jvmThatCannotLoadLmdbIsToldWhatItNeeds() {
    try (ChildJvm child =
        ChildJvm.of(StoreChild.class, "takeOver", directory.toString())
            .property("java.io.tmpdir", directory.resolve("missing").toString())
            .start()) {
      child.awaitLine(
          "\\[MQTT_STORE_LIBRARY_MISSING] Cannot open store .*java.io.tmpdir",
          Duration.ofMinutes(1));
    }
  }

  /** The limit on the size of files stands for a disk without room: both fail the write. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void fullDiskIsAnErrorAndGoesAway() throws Exception {
    try (StoreChild child = StoreChild.start("ulimit -S -f 3000; exec", "fillDisk", directory)) {
      for (int i = 0; i < 3; i++) {
        assertThat(child.await("refused"))
            .contains("Cannot write to store " + directory.toRealPath())
            .contains("has room");
      }
      assertThat(child.await("resumed")).isNotEmpty();
      assertThat(child.waitFor()).isZero();
    }
    try (PartitionStore store = PartitionStore.open(Stores.config(directory, 64 * Stores.MIB))) {
      new NumberedLog(store).verify();
    }
  }
}
