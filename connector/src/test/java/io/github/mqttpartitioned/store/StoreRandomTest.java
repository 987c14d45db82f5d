package io.github.mqttpartitioned.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.block.BlockBuilder;
import io.github.mqttpartitioned.block.SampleMessage;
import io.github.mqttpartitioned.model.OffsetRange;
import io.github.mqttpartitioned.store.StoreModel.Sample;
import io.github.mqttpartitioned.testkit.Seeded;
import io.github.mqttpartitioned.testkit.Soak;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The store against {@link StoreModel}, with operations in random order. */
class StoreRandomTest {

  private static final int OPERATIONS = 1_000;
  private static final int SOAK_OPERATIONS = 100_000;

  @TempDir Path directory;

  private final BlockBuilder builder = new BlockBuilder(SampleMessage.BROKER);
  private final InFlightChanges changes = new InFlightChanges();

  @Test
  void holdsWhatTheModelHolds() {
    Seeded.run(3, random -> run(OPERATIONS, random));
  }

  @Tag(Soak.TAG)
  @Test
  void holdsWhatTheModelHoldsAfterManyOperations() {
    Seeded.run(1, random -> run(SOAK_OPERATIONS, random));
  }

  private void run(int operations, Random random) throws IOException {
    Path path = Files.createTempDirectory(directory, "p");
    long first = random.nextInt(3) == 0 ? random.nextLong() >>> 2 : 0;
    StoreConfig config = new StoreConfig(path, "source", 0, 64 << 20, first);
    StoreModel model = new StoreModel(first);
    PartitionStore store = PartitionStore.open(config);
    try {
      for (int operation = 0; operation < operations; operation++) {
        int kind = random.nextInt(100);
        if (kind < 2) {
          if (random.nextInt(4) == 0) {
            // What a kill would leave: the file as it is, and nothing closed.
            path = copy(path);
            config = new StoreConfig(path, "source", 0, 64 << 20, first);
          }
          store.close();
          store = PartitionStore.open(config);
          model.assertReads(
              store, new OffsetRange(model.extent().earliest(), model.extent().next()));
        } else if (kind < 30) {
          model.assertReads(store, model.randomRange(random));
        } else {
          model = write(store, model, random);
        }
        model.assertSame(store);
      }
    } finally {
      store.close();
    }
  }

  private Path copy(Path path) throws IOException {
    Path copied = Files.createTempDirectory(directory, "p");
    Files.copy(StoreDirectory.dataFile(path), StoreDirectory.dataFile(copied));
    return copied;
  }

  /** One write transaction of several things; now and then given up. */
  private StoreModel write(PartitionStore store, StoreModel before, Random random) {
    StoreModel model = before.copy();
    try (StoreWriter writer = store.write()) {
      for (int i = random.nextInt(4); i >= 0; i--) {
        switch (random.nextInt(8)) {
          case 0 -> model.change(writer, changes, random);
          case 1, 2 -> model.trim(writer, model.randomRange(random).from());
          case 3 -> writer.setAside(ByteBuffer.wrap(new byte[random.nextInt(5_000)]), "random");
          default -> {
            boolean large = random.nextInt(20) == 0;
            model.append(
                writer,
                builder,
                new Sample(random.nextLong(), 1 + random.nextInt(50), large ? 100_000 : 300));
          }
        }
      }
      if (random.nextInt(10) > 0) {
        writer.commit();
        assertThat(store.extent()).isEqualTo(model.extent());
        return model;
      }
      return before;
    } catch (StoreException.Full e) {
      try (StoreWriter writer = store.write()) {
        model = before.copy();
        model.trim(writer, model.extent().next());
        writer.commit();
      }
      return model;
    }
  }
}
