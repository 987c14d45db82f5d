// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.block.CorruptBlockException;
import io.github.mqttpartitioned.block.LogExtent;
import io.github.mqttpartitioned.testkit.Full;
import io.github.mqttpartitioned.testkit.Seeded;
import io.github.mqttpartitioned.testkit.Soak;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
 * that of a kill. Right is what the sound store held, to the last message.
 */
class FlippedPageTest {

  private static final int FILES = 30;
  private static final int PAGE = 4096;
  private static final String ENDED = "ended the process";

  /** Used bytes of a meta page. */
  private static final int META_BYTES = 152;

  /** From here on a meta page leads to what was committed last: root, last page, transaction. */
  private static final int ROOT_AT = 128;

  @TempDir Path folder;

  @Tag(Full.TAG)
  @Test
  void whatIsReadIsRightOrAnErrorSaysSo() {
    Seeded.run(1, random -> flipAnywhere(FILES, random));
  }

  @Tag(Soak.TAG)
  @Test
  void whatIsReadIsRightOrAnErrorSaysSoInManyFiles() {
    Seeded.run(1, random -> flipAnywhere(20 * Soak.rounds(100), random));
  }

  /** One bit of each byte; each bit of those that lead to what was committed last. */
  @Test
  void metaPageThatIsNotWhatWasWrittenNeverShowsAnOlderState() {
    Seeded.run(1, random -> flipMeta(false, random));
  }

  /** A flipped bit led LMDB to an earlier list of free pages, and that ended the process. */
  @Test
  void rootOfAnEarlierListOfFreePagesIsRefused() throws Exception {
    flipMeta(false, new Random(7_867_350_242_311L));
  }

  @Tag(Soak.TAG)
  @Test
  void metaPageWithAnyBitFlippedNeverShowsAnOlderState() {
    Seeded.run(1, random -> flipMeta(true, random));
  }

  private void flipAnywhere(int files, Random random) throws Exception {
    Sound sound = sound(random);
    List<String> flips = new ArrayList<>();
    for (int file = 0; file < files; file++) {
      StringBuilder bits = new StringBuilder();
      long page = (long) random.nextInt(sound.bytes / PAGE) * PAGE;
      for (int count = 1 + random.nextInt(4); count > 0; count--) {
        bits.append((page + random.nextInt(PAGE)) * Byte.SIZE + random.nextInt(Byte.SIZE));
        bits.append(' ');
      }
      flips.add(bits.toString());
    }
    Map<String, Integer> outcomes = flip(sound, flips);
    assertThat(outcomes.getOrDefault(ENDED, 0)).isLessThan(files);
  }

  private void flipMeta(boolean everyBit, Random random) throws Exception {
    // After an even and after an odd number of transactions either page is the newest one.
    for (int round = 0; round < 2; round++) {
      Sound sound = sound(random);
      List<String> flips = new ArrayList<>();
      for (int at = 0; at < 2 * META_BYTES; at++) {
        int chosen = random.nextInt(Byte.SIZE);
        int place = at % META_BYTES;
        for (int bit = 0; bit < Byte.SIZE; bit++) {
          if (everyBit || bit == chosen || place >= ROOT_AT) {
            flips.add(String.valueOf((at / META_BYTES * PAGE + place) * Byte.SIZE + bit));
          }
        }
      }
      assertThat(flip(sound, flips).keySet()).isSubsetOf("right", "Damaged", "Unusable");
    }
  }

  /** A store that is not damaged. */
  private record Sound(Path directory, LogExtent extent, int bytes) {}

  private Sound sound(Random random) throws IOException {
    Path directory = Files.createTempDirectory(folder, "sound");
    LogExtent extent;
    try (PartitionStore store = PartitionStore.open(Stores.config(directory, 64 * Stores.MIB))) {
      NumberedLog log = new NumberedLog(store);
      for (int i = 20 + random.nextInt(8); i > 0; i--) {
        log.write(random);
      }
      extent = store.extent();
    }
    int bytes = Math.toIntExact(Files.size(StoreDirectory.dataFile(directory)));
    return new Sound(directory, extent, bytes);
  }

  /** Counts what reading copies of a store gives, each with the bits of a line flipped. */
  private Map<String, Integer> flip(Sound sound, List<String> flips) throws IOException {
    Path lines = Files.write(folder.resolve("flips"), flips);
    Map<String, Integer> outcomes = new TreeMap<>();
    int file = 0;
    while (file < flips.size()) {
      // The child makes the files itself; it is started again when it has been ended by one.
      try (StoreChild child =
          StoreChild.start(
              "exec",
              FlippedPageTest.class,
              folder.resolve("broken").toString(),
              sound.directory.toString(),
              String.valueOf(sound.extent.earliest()),
              String.valueOf(sound.extent.next()),
              lines.toString(),
              String.valueOf(file))) {
        String outcome = "";
        while (file < flips.size() && outcome != null) {
          outcome = child.next("outcome");
          outcomes.merge(outcome == null ? ENDED : outcome, 1, Integer::sum);
          if (outcome == null || outcome.startsWith("wrong") || outcome.startsWith("another")) {
            System.out.printf("Bits %s: %s%n", flips.get(file), outcome);
          }
          file++;
        }
      }
    }
    System.out.printf(
        "Flipped bits in %d files of %d bytes: %s%n", flips.size(), sound.bytes, outcomes);
    assertThat(outcomes.keySet())
        .noneMatch(each -> each.startsWith("wrong") || each.startsWith("another"));
    return outcomes;
  }

  /** The child: breaks copies of a store, and says what reading each gives. */
  public static void main(String[] arguments) throws IOException {
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    Path directory = Path.of(arguments[0]);
    byte[] sound = Files.readAllBytes(StoreDirectory.dataFile(Path.of(arguments[1])));
    LogExtent extent = new LogExtent(Long.parseLong(arguments[2]), Long.parseLong(arguments[3]));
    List<String> flips = Files.readAllLines(Path.of(arguments[4]));
    Files.createDirectories(directory);
    for (String bits : flips.subList(Integer.parseInt(arguments[5]), flips.size())) {
      byte[] bytes = sound.clone();
      for (String bit : bits.trim().split(" ", -1)) {
        int at = Integer.parseInt(bit);
        bytes[at / Byte.SIZE] ^= (byte) (1 << at % Byte.SIZE);
      }
      Files.deleteIfExists(directory.resolve("lock.mdb"));
      Files.write(StoreDirectory.dataFile(directory), bytes);
      out.println("outcome " + read(directory, extent));
    }
  }

  private static String read(Path directory, LogExtent sound) {
    try (PartitionStore store = PartitionStore.open(Stores.config(directory, 64 * Stores.MIB))) {
      NumberedLog log = new NumberedLog(store);
      if (!store.extent().equals(sound)) {
        return "wrong: " + store.extent() + " instead of " + sound;
      }
      log.verify();
      return "right";
    } catch (StoreException | CorruptBlockException e) {
      return e.getClass().getSimpleName();
    } catch (AssertionError e) {
      return "wrong";
    } catch (RuntimeException e) {
      return "another error: " + e;
    }
  }
}
