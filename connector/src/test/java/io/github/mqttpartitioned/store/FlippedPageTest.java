package io.github.mqttpartitioned.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.block.CorruptBlockException;
import io.github.mqttpartitioned.testkit.Seeded;
import io.github.mqttpartitioned.testkit.Soak;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Bits that flip anywhere in a store's file. Blocks, state and ids in flight carry checksums: what
 * is read is right, or an error says so. LMDB's own pages carry none, and a bad place in one of
 * them can end the process; that is counted, and the broker's and the checkpoint's view of it is
 * that of a kill.
 */
class FlippedPageTest {

  private static final int FILES = 30;

  @TempDir Path folder;

  @Test
  void whatIsReadIsRightOrAnErrorSaysSo() {
    Seeded.run(1, random -> run(FILES, random));
  }

  @Tag(Soak.TAG)
  @Test
  void whatIsReadIsRightOrAnErrorSaysSoInManyFiles() {
    Seeded.run(1, random -> run(20 * Soak.rounds(100), random));
  }

  private void run(int files, Random random) throws Exception {
    Path sound = folder.resolve("sound");
    try (PartitionStore store = PartitionStore.open(Stores.config(sound, 64 * Stores.MIB))) {
      NumberedLog log = new NumberedLog(store);
      for (int i = 0; i < 20; i++) {
        log.write(random);
      }
    }
    byte[] bytes = Files.readAllBytes(StoreDirectory.dataFile(sound));
    Map<String, Integer> outcomes = new TreeMap<>();
    Path broken = folder.resolve("broken");
    int file = 0;
    while (file < files) {
      // The child makes the files itself; it is started again when it has been ended by one.
      try (StoreChild child =
          StoreChild.start(
              "exec",
              FlippedPageTest.class,
              broken.toString(),
              sound.toString(),
              String.valueOf(random.nextLong()),
              String.valueOf(files - file))) {
        String outcome = "";
        while (file < files && outcome != null) {
          outcome = child.next("outcome");
          outcomes.merge(outcome == null ? "ended the process" : outcome, 1, Integer::sum);
          file++;
        }
      }
    }
    System.out.printf("Flipped bits in %d files of %d bytes: %s%n", files, bytes.length, outcomes);
    assertThat(outcomes).doesNotContainKey("wrong");
  }

  /** The child: breaks copies of a store, and says what reading each gives. */
  public static void main(String[] arguments) throws IOException {
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    Random random = new Random(Long.parseLong(arguments[2]));
    byte[] sound = Files.readAllBytes(StoreDirectory.dataFile(Path.of(arguments[1])));
    for (int i = Integer.parseInt(arguments[3]); i > 0; i--) {
      Path directory = Path.of(arguments[0] + "-" + random.nextInt(Integer.MAX_VALUE));
      Files.createDirectories(directory);
      byte[] bytes = sound.clone();
      int page = random.nextInt(bytes.length / 4096) * 4096;
      for (int flips = 1 + random.nextInt(4); flips > 0; flips--) {
        bytes[page + random.nextInt(4096)] ^= (byte) (1 << random.nextInt(8));
      }
      Files.write(StoreDirectory.dataFile(directory), bytes);
      out.println("outcome " + read(directory));
    }
  }

  private static String read(Path directory) {
    try (PartitionStore store = PartitionStore.open(Stores.config(directory, 64 * Stores.MIB))) {
      new NumberedLog(store).verify();
      return "right";
    } catch (StoreException | CorruptBlockException e) {
      return e.getClass().getSimpleName();
    } catch (AssertionError e) {
      return "wrong";
    } catch (RuntimeException e) {
      return "another error: " + e.getClass().getSimpleName();
    }
  }
}
