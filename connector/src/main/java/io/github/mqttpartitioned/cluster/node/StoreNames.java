// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.cluster.node;

import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_STORE_UNUSABLE;

import io.github.mqttpartitioned.store.PartitionStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Finds the stores of a source on this host. */
final class StoreNames {

  private StoreNames() {}

  /** Names of the directories within {@code storeDir} that hold a store. */
  static Set<String> in(Path storeDir) {
    if (!Files.isDirectory(storeDir)) {
      return Set.of();
    }
    try (Stream<Path> directories = Files.list(storeDir)) {
      return directories
          .filter(PartitionStore::exists)
          .map(directory -> directory.getFileName().toString())
          .collect(Collectors.toSet());
    } catch (IOException e) {
      throw new UncheckedIOException(
          MQTT_STORE_UNUSABLE.message(
              """
              Cannot list the stores in %s: %s. Check that its disk is there, and that the user \
              of this process can read it."""
                  .formatted(storeDir, e.getMessage())),
          e);
    }
  }
}
