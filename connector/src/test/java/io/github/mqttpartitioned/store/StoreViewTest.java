// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.mqttpartitioned.block.BlockCursor;
import io.github.mqttpartitioned.block.LogExtent;
import io.github.mqttpartitioned.block.OffsetRange;
import io.github.mqttpartitioned.block.SampleMessage;
import io.github.mqttpartitioned.testkit.Await;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A store that is only read. */
class StoreViewTest {

  @TempDir Path directory;

  @Test
  void showsWhatIsStoredAndLeavesTheEpochAlone() {
    List<SampleMessage> messages;
    try (PartitionStore store = PartitionStore.open(Stores.config(directory))) {
      messages = Stores.append(store, 10);
      try (StoreWriter writer = store.write()) {
        writer.addDeadLetter(ByteBuffer.wrap(new byte[] {0x30, 0}), "no topic");
        writer.commit();
      }
    }
    try (StoreView view = view();
        BlockCursor cursor = view.read(new OffsetRange(0, 10))) {
      assertThat(view.extent()).isEqualTo(new LogExtent(0, 10));
      SampleMessage.assertSame(messages, 0, cursor.next());
      assertThat(view.deadLetters()).hasSize(1);
      assertThatThrownBy(() -> view.read(new OffsetRange(0, 11)))
          .isInstanceOf(StoreException.Missing.class);
    }
    try (PartitionStore store = PartitionStore.open(Stores.config(directory))) {
      assertThat(store.epoch()).isEqualTo(2);
    }
  }

  @Test
  void followsAnotherProcessThatWrites() throws Exception {
    try (PartitionStore store = PartitionStore.open(Stores.config(directory, 64 * Stores.MIB))) {
      assertThat(store.extent()).isEqualTo(new LogExtent(0, 0));
    }
    try (StoreChild child = StoreChild.start("exec", "writeUntilKilled", directory)) {
      child.await("next");
      try (StoreView view = view()) {
        for (int i = 0; i < 30; i++) {
          long committed = Long.parseLong(child.await("next"));
          LogExtent extent = view.extent();
          assertThat(extent.next()).isGreaterThanOrEqualTo(committed);
          try (BlockCursor cursor = view.read(new OffsetRange(extent.next() - 1, extent.next()))) {
            cursor.next().verify();
          } catch (StoreException.Missing e) {
            // The child has trimmed the store meanwhile.
            assertThat(view.extent().earliest()).isGreaterThanOrEqualTo(extent.next());
          }
        }
      }
      child.kill();
    }
  }

  /** A query that starts must not wait for a long batch read. */
  @Test
  void givesWayToAWriterOfTheSameProcess() throws Exception {
    try (PartitionStore store = PartitionStore.open(Stores.config(directory))) {
      Stores.append(store, 10);
      Stores.append(store, 10);
    }
    StoreView view = view();
    BlockCursor cursor = view.read(new OffsetRange(0, 20));
    cursor.next();
    CompletableFuture<PartitionStore> writer =
        CompletableFuture.supplyAsync(() -> PartitionStore.open(Stores.config(directory)));
    awaitWanted(true);
    assertThatThrownBy(cursor::next).isInstanceOf(StoreException.Unusable.class);
    cursor.close();
    view.close();
    try (PartitionStore store = writer.get(30, TimeUnit.SECONDS)) {
      assertThat(store.extent()).isEqualTo(new LogExtent(0, 20));
      assertThatThrownBy(this::view)
          .isInstanceOf(StoreException.InUse.class)
          .hasMessageContaining("partition 3");
    }
  }

  /** A query was stopped while it waited for a batch read. */
  @Test
  void writerThatHasGivenUpNoLongerKeepsReadersAway() throws Exception {
    try (PartitionStore store = PartitionStore.open(Stores.config(directory))) {
      Stores.append(store, 10);
    }
    Thread writer =
        new Thread(
            () ->
                assertThatThrownBy(() -> PartitionStore.open(Stores.config(directory)))
                    .isInstanceOf(StoreException.InUse.class));
    try (StoreView view = view()) {
      writer.start();
      awaitWanted(true);
      assertThatThrownBy(view::extent).isInstanceOf(StoreException.Unusable.class);
      writer.interrupt();
      writer.join();
      awaitWanted(false);
      assertThat(view.extent()).isEqualTo(new LogExtent(0, 10));
    }
  }

  private void awaitWanted(boolean wanted) {
    Await.until(
        "the store to be wanted: " + wanted,
        Duration.ofSeconds(30),
        () -> OpenStores.isWanted(real(directory)) == wanted);
  }

  @Test
  void storeOfAnotherSourceIsRefusedAndNoneIsMade() throws Exception {
    PartitionStore.open(Stores.config(directory)).close();
    assertThatThrownBy(() -> StoreView.open(directory, "another", 3))
        .isInstanceOf(StoreException.Foreign.class);
    Path none = directory.resolve("none");
    assertThatThrownBy(() -> StoreView.open(none, "source", 3))
        .isInstanceOf(StoreException.Unusable.class);
    assertThat(Files.exists(none)).isFalse();
  }

  private StoreView view() {
    return StoreView.open(directory, "source", 3);
  }

  private static Path real(Path path) {
    try {
      return path.toRealPath();
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
