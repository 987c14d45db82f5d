// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.block.BlockBuilder;
import io.github.mqttpartitioned.block.OffsetRange;
import io.github.mqttpartitioned.block.SampleMessage;
import io.github.mqttpartitioned.mqtt.packet.InFlightChanges;
import io.github.mqttpartitioned.store.StoreModel.Sample;
import io.github.mqttpartitioned.testkit.Seeded;
import io.github.mqttpartitioned.testkit.Soak;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The store against {@link StoreModel}, with operations in random order. It crashes in the midst of
 * writes: what a kill would leave is the file as it is at that moment, and that is gone on with.
 */
class StoreRandomTest {

  private static final int OPERATIONS = 1_000;
  private static final int SOAK_OPERATIONS = 100_000;
  private static final long MAX_BYTES = 64 << 20;

  /** When a crash is, in turn. */
  private enum Moment {
    /** Something is in the transaction. */
    WRITING(null),
    TRIMMED(FaultPoint.TRIMMED),
    COMMITTING(FaultPoint.COMMITTING),
    COMMITTED(FaultPoint.COMMITTED),
    TIDYING(FaultPoint.TIDYING);

    private final FaultPoint point;

    Moment(FaultPoint point) {
      this.point = point;
    }

    void whenReached(Runnable what) {
      if (point != null) {
        point.whenReached(what);
      }
    }
  }

  private static final List<Moment> MOMENTS = List.of(Moment.values());

  @TempDir Path directory;

  @Test
  void holdsWhatTheModelHolds() {
    Seeded.run(3, random -> new Run(random).operations(OPERATIONS));
  }

  @Tag(Soak.TAG)
  @Test
  void holdsWhatTheModelHoldsAfterManyOperations() {
    Seeded.run(1, random -> new Run(random).operations(SOAK_OPERATIONS));
  }

  private final class Run {
    private final BlockBuilder builder = new BlockBuilder(SampleMessage.BROKER);
    private final InFlightChanges changes = new InFlightChanges();
    private final Random random;
    private final long first;
    private final Map<Moment, Integer> crashes = new EnumMap<>(Moment.class);
    private Path path = Files.createTempDirectory(directory, "p");
    private PartitionStore store;

    /** What has been committed. */
    private StoreModel model;

    /** What the commit in progress makes durable. */
    private StoreModel pending;

    private int turn;
    private Moment moment = MOMENTS.get(turn);
    private boolean crashing;

    /** Once it has crashed, the file that is left, and what it must hold. */
    private Path left;

    private StoreModel expected;

    Run(Random random) throws IOException {
      this.random = random;
      first = random.nextInt(3) == 0 ? random.nextLong() >>> 2 : 0;
      model = new StoreModel(first);
      pending = model;
      open();
    }

    void operations(int count) throws IOException {
      try {
        for (int operation = 0; operation < count; operation++) {
          int kind = random.nextInt(100);
          if (kind < 2) {
            store.close();
            open();
            assertHoldsAll();
          } else if (kind < 6) {
            crash();
          } else if (kind < 30) {
            model.assertReads(store, model.randomRange(random));
          } else {
            write();
          }
          model.assertSame(store);
        }
        assertThat(crashes).containsOnlyKeys(Moment.values());
      } finally {
        store.close();
      }
    }

    private void open() {
      store = PartitionStore.open(new StoreConfig(path, "source", 0, MAX_BYTES, first));
    }

    private void assertHoldsAll() {
      model.assertSame(store);
      model.assertReads(store, new OffsetRange(model.extent().earliest(), model.extent().next()));
      model.assertDeadLetters(store, MAX_BYTES / 64);
    }

    /** A write in the midst of which the process ends, if that moment comes by. */
    private void crash() throws IOException {
      crashing = true;
      moment.whenReached(() -> leave(moment == Moment.COMMITTED ? pending : model));
      try {
        write();
      } finally {
        moment.whenReached(null);
        crashing = false;
      }
      if (left != null) {
        store.close();
        delete(path);
        path = left;
        model = expected;
        left = null;
        open();
        assertHoldsAll();
        crashes.merge(moment, 1, Integer::sum);
        turn++;
        moment = MOMENTS.get(turn % MOMENTS.size());
      }
    }

    private void leave(StoreModel durable) {
      if (left != null) {
        return;
      }
      try {
        left = Files.createTempDirectory(directory, "p");
        Files.copy(StoreDirectory.dataFile(path), StoreDirectory.dataFile(left));
        expected = durable;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    /** One write transaction of several things; now and then given up. */
    private void write() {
      try (StoreWriter writer = store.write()) {
        try {
          pending = model.copy();
          for (int i = random.nextInt(4); i >= 0; i--) {
            change(writer);
          }
          if (crashing && moment == Moment.WRITING) {
            leave(model);
          }
          if (random.nextInt(10) > 0) {
            writer.commit();
            model = pending;
          }
        } finally {
          pending = model;
        }
      } catch (StoreException.Full e) {
        makeRoom();
      }
    }

    private void change(StoreWriter writer) {
      switch (random.nextInt(8)) {
        case 0 -> pending.change(writer, changes, random);
        case 1, 2 -> pending.trim(writer, pending.randomRange(random).from());
        case 3 -> pending.addDeadLetter(writer, random);
        default -> {
          boolean large = random.nextInt(20) == 0;
          pending.append(
              writer,
              builder,
              new Sample(random.nextLong(), 1 + random.nextInt(50), large ? 100_000 : 300));
        }
      }
    }

    private void makeRoom() {
      try (StoreWriter writer = store.write()) {
        pending = model.copy();
        pending.trim(writer, pending.extent().next());
        writer.commit();
        model = pending;
      }
    }
  }

  private static void delete(Path store) throws IOException {
    try (Stream<Path> files = Files.list(store)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(store);
  }
}
