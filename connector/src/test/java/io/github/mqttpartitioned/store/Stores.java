// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.store;

import io.github.mqttpartitioned.block.BlockBuilder;
import io.github.mqttpartitioned.block.SampleMessage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Short ways to do with a store what most tests do. */
public final class Stores {

  public static final long MIB = 1 << 20;

  private Stores() {}

  /** Partition 3 of source "source", 16 MiB, from offset 0. */
  public static StoreConfig config(Path directory) {
    return config(directory, 16 * MIB);
  }

  public static StoreConfig config(Path directory, long maxBytes) {
    return new StoreConfig(directory, "source", 3, maxBytes, 0);
  }

  /** Appends a block of small messages, and commits. */
  static List<SampleMessage> append(PartitionStore store, int count) {
    List<SampleMessage> messages =
        SampleMessage.list(new Random(store.extent().next()), count, 5, 100, 20);
    append(store, SampleMessage.builder(messages));
    return messages;
  }

  static void append(PartitionStore store, BlockBuilder block) {
    try (StoreWriter writer = store.write()) {
      writer.append(block);
      writer.commit();
    }
  }

  /** Trims as far as one call goes, and commits. */
  static long trim(PartitionStore store, long before) {
    try (StoreWriter writer = store.write()) {
      long trimmed = writer.trim(before);
      writer.commit();
      return trimmed;
    }
  }

  /**
   * Flips a bit in the fourth byte of {@code bytes}, wherever a closed store's file has them.
   *
   * @return in how many places
   */
  static int flip(Path directory, byte[] bytes) throws IOException {
    Path file = StoreDirectory.dataFile(directory);
    byte[] content = Files.readAllBytes(file);
    int places = 0;
    for (int at = 0; at + bytes.length <= content.length; at++) {
      if (Arrays.equals(content, at, at + bytes.length, bytes, 0, bytes.length)) {
        content[at + 3] ^= 1;
        places++;
      }
    }
    Files.write(file, content);
    return places;
  }
}
