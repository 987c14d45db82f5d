package io.github.mqttpartitioned.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.block.Block;
import io.github.mqttpartitioned.block.BlockBuilder;
import io.github.mqttpartitioned.block.BlockCursor;
import io.github.mqttpartitioned.model.LogExtent;
import io.github.mqttpartitioned.model.OffsetRange;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PartitionStoreTest {

  @TempDir Path directory;

  @Test
  void keepsWhatWasAppendedOverReopening() {
    StoreConfig config = new StoreConfig(directory.resolve("p3"), "source", 3, 16 << 20, 100);
    try (PartitionStore store = PartitionStore.open(config)) {
      assertThat(store.epoch()).isEqualTo(1);
      assertThat(store.extent()).isEqualTo(LogExtent.emptyAt(100));
      BlockBuilder block = new BlockBuilder("tcp://broker:1883");
      byte[] topic = "a/b".getBytes(StandardCharsets.UTF_8);
      int t = block.addTopic(topic, 0, topic.length);
      block.add(1, 0, t, topic, 0, 3, 0, 0);
      block.add(2, 0, t, topic, 0, 1, 0, 0);
      try (StoreWriter writer = store.write()) {
        writer.append(block);
        InFlightChanges changes = new InFlightChanges();
        changes.add(7, 77);
        writer.apply(changes);
        assertThat(store.extent()).isEqualTo(LogExtent.emptyAt(100));
        writer.commit();
      }
      assertThat(store.extent()).isEqualTo(new LogExtent(100, 102));
    }
    try (PartitionStore store = PartitionStore.open(config)) {
      assertThat(store.epoch()).isEqualTo(2);
      assertThat(store.inFlight().fingerprint(7)).isEqualTo(77);
      try (BlockCursor cursor = store.read(new OffsetRange(101, 102))) {
        Block block = cursor.next();
        assertThat(block).isNotNull();
        assertThat(block.firstOffset()).isEqualTo(100);
        assertThat(block.count()).isEqualTo(2);
        assertThat(cursor.next()).isNull();
      }
      try (StoreWriter writer = store.write()) {
        assertThat(writer.trim(101)).isZero();
        assertThat(writer.trim(102)).isEqualTo(2);
        writer.commit();
      }
      assertThat(store.extent()).isEqualTo(LogExtent.emptyAt(102));
      assertThat(store.liveBytes()).isZero();
    }
  }
}
