// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.mqttpartitioned.block.BlockBuilder;
import io.github.mqttpartitioned.block.OffsetRange;
import io.github.mqttpartitioned.block.SampleMessage;
import io.github.mqttpartitioned.mqtt.packet.InFlightChanges;
import io.github.mqttpartitioned.store.StoreModel.Sample;
import io.github.mqttpartitioned.testkit.Seeded;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A store at its limit: it says so, stays readable, and comes back when it is trimmed. */
class StoreFullTest {

  private static final long MIB = Stores.MIB;

  @TempDir Path directory;

  private final BlockBuilder builder = new BlockBuilder(SampleMessage.BROKER);
  private final InFlightChanges changes = new InFlightChanges();

  @Test
  void fullStoreCanBeTrimmedAndFilledAgain() {
    Seeded.run(
        4,
        random -> {
          long maxBytes = random.nextBoolean() ? 16 * MIB : 64 * MIB;
          Path path = Files.createTempDirectory(directory, "p");
          fillAndTrim(Stores.config(path, maxBytes), 12, random);
        });
  }

  private void fillAndTrim(StoreConfig config, int rounds, Random random) throws IOException {
    StoreModel model = new StoreModel(0);
    try (PartitionStore store = PartitionStore.open(config)) {
      for (int round = 0; round < rounds; round++) {
        model = fill(store, model, random);
        model.assertSame(store);
        model.assertReads(store, model.randomRange(random));
        boolean everything = random.nextInt(3) == 0;
        model = trimUntilThereIsRoom(store, model, everything, random);
        assertThat(store.hasRoom()).isTrue();
        if (everything) {
          assertThat(store.liveBytes()).isZero();
          model = appendLargest(store, model, random);
        }
        assertThat(Files.size(StoreDirectory.dataFile(config.directory())))
            .isLessThanOrEqualTo(config.maxBytes());
      }
    }
  }

  /** Writes until the store has no room any more. */
  private StoreModel fill(PartitionStore store, StoreModel before, Random random) {
    StoreModel model = before;
    int refused = 0;
    while (store.hasRoom()) {
      StoreModel tried = model.copy();
      try (StoreWriter writer = store.write()) {
        for (int i = random.nextInt(3); i >= 0; i--) {
          tried.append(writer, builder, randomSample(store, random));
        }
        tried.change(writer, changes, random);
        if (random.nextInt(5) == 0) {
          writer.addDeadLetter(ByteBuffer.wrap(new byte[random.nextInt(10_000)]), "random");
        }
        writer.commit();
        model = tried;
      } catch (StoreException.Full e) {
        assertThat(e).hasMessageContaining("partition 3").hasMessageContaining("storeMaxBytes");
        // An empty store may have had to be gathered first.
        assertThat(++refused).isLessThanOrEqualTo(2);
      }
    }
    return model;
  }

  private static Sample randomSample(PartitionStore store, Random random) {
    long largest = Math.min(8 * MIB, store.maxBlockBytes()) - 1_000;
    int size = (int) Math.pow((double) largest, random.nextDouble());
    return Sample.ofSize(random.nextLong(), size);
  }

  private static StoreModel trimUntilThereIsRoom(
      PartitionStore store, StoreModel before, boolean everything, Random random) {
    StoreModel model = before;
    while (!store.hasRoom() || (everything && store.liveBytes() > 0)) {
      model = model.copy();
      long some = 1L + random.nextInt(20);
      try (StoreWriter writer = store.write()) {
        model.trim(writer, everything ? model.extent().next() : model.extent().earliest() + some);
        writer.commit();
      }
    }
    return model;
  }

  /**
   * Whatever lies around in the file, an empty store takes the largest block at the third try: each
   * one that fails gathers what lies around, whose own pages are free only behind that.
   */
  private StoreModel appendLargest(PartitionStore store, StoreModel before, Random random) {
    Sample largest = Sample.ofSize(random.nextLong(), (int) store.maxBlockBytes() - 500);
    for (int tries = 1; ; tries++) {
      StoreModel model = before.copy();
      try (StoreWriter writer = store.write()) {
        model.append(writer, builder, largest);
        writer.commit();
        return model;
      } catch (StoreException.Full e) {
        assertThat(tries).as("tries").isLessThan(3);
        assertThat(store.hasRoom()).isTrue();
      }
    }
  }

  @Test
  void roomComesBackWithSomeDistance() {
    StoreConfig config = Stores.config(directory);
    StoreModel model = new StoreModel(0);
    try (PartitionStore store = PartitionStore.open(config)) {
      assertThat(store.hasRoom()).isTrue();
      model = fill(store, model, new Random(1));
      long full = store.liveBytes();
      while (!store.hasRoom()) {
        try (StoreWriter writer = store.write()) {
          model.trim(writer, model.extent().earliest() + 1);
          writer.commit();
        }
      }
      assertThat(full - store.liveBytes()).isGreaterThan(MIB);
      assertThat(store.liveBytes()).isPositive();
    }
  }

  @Test
  void messageThatNeverFitsIsToldApart() {
    StoreConfig config = Stores.config(directory);
    try (PartitionStore store = PartitionStore.open(config)) {
      Random random = new Random(2);
      SampleMessage tooLarge = SampleMessage.ofSize((int) store.maxBlockBytes() + 5_000, random);
      SampleMessage small = SampleMessage.ofSize(100, random);
      try (StoreWriter writer = store.write()) {
        tooLarge.addTo(builder);
        assertThatThrownBy(() -> writer.append(builder))
            .isInstanceOf(StoreException.TooLarge.class)
            .hasMessageContaining("partition 3")
            .hasMessageContaining("Raise storeMaxBytes to");
        builder.clear();
        small.addTo(builder);
        writer.append(builder);
        writer.commit();
      }
      assertThat(store.extent().next()).isEqualTo(1);
      assertThat(store.hasRoom()).isTrue();
    }
  }

  @Test
  void fileStopsGrowingWhenItIsTrimmed() throws IOException {
    StoreConfig config = Stores.config(directory, 64 * MIB);
    StoreModel model = new StoreModel(0);
    Random random = new Random(3);
    Path file = StoreDirectory.dataFile(directory);
    try (PartitionStore store = PartitionStore.open(config)) {
      long early = 0;
      for (int cycle = 0; cycle < 300; cycle++) {
        try (StoreWriter writer = store.write()) {
          model.append(writer, builder, new Sample(random.nextLong(), 100, 5_000));
          model.change(writer, changes, random);
          model.trim(writer, model.extent().next() - 500);
          writer.commit();
        }
        if (cycle == 100) {
          early = Files.size(file);
        }
      }
      assertThat(Files.size(file)).isLessThanOrEqualTo(early + MIB);
      model.assertReads(store, new OffsetRange(model.extent().earliest(), model.extent().next()));
    }
  }

  @Test
  void readerKeepsTrimmedPagesUntilItMovesOn() {
    StoreConfig config = Stores.config(directory);
    Random random = new Random(4);
    StoreModel model = fillSome(new StoreModel(0), config, random);
    try (PartitionStore store = PartitionStore.open(config)) {
      OffsetRange all = new OffsetRange(0, model.extent().next());
      StoreModel read = model.copy();
      try (var cursor = store.read(all)) {
        assertThat(cursor.next()).isNotNull();
        // Appends and trims as long as pages last that the reader does not keep.
        boolean full = false;
        for (int i = 0; i < 100 && !full; i++) {
          StoreModel tried = model.copy();
          try (StoreWriter writer = store.write()) {
            tried.append(writer, builder, Sample.ofSize(random.nextLong(), 300_000));
            tried.trim(writer, tried.extent().next() - 2);
            writer.commit();
            model = tried;
          } catch (StoreException.Full e) {
            full = true;
          }
        }
        assertThat(full).isTrue();
        assertThat(store.hasRoom()).isFalse();
        assertThat(read.extent().next()).isEqualTo(all.until());
      }
      assertThat(store.liveBytes()).isLessThan(4 * MIB);
      store.retryFragmented();
      assertThat(store.hasRoom()).as("another try, without a trim").isTrue();
      model = trimUntilThereIsRoom(store, model, true, random);
      for (int i = 0; i < 30; i++) {
        model = model.copy();
        try (StoreWriter writer = store.write()) {
          model.append(writer, builder, Sample.ofSize(random.nextLong(), 300_000));
          model.trim(writer, model.extent().next() - 2);
          writer.commit();
        }
      }
      model.assertReads(store, new OffsetRange(model.extent().earliest(), model.extent().next()));
    }
  }

  private StoreModel fillSome(StoreModel model, StoreConfig config, Random random) {
    try (PartitionStore store = PartitionStore.open(config);
        StoreWriter writer = store.write()) {
      for (int i = 0; i < 4; i++) {
        model.append(writer, builder, Sample.ofSize(random.nextLong(), 300_000));
      }
      writer.commit();
    }
    return model;
  }
}
