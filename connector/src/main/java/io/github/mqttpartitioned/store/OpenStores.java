// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.store;

import java.nio.file.Path;

/**
 * Which stores are open in this JVM. LMDB must not open an environment twice in one process:
 * closing one of the two would drop the other's file locks.
 *
 * <p>The list is kept in the system properties, as strings, because it has to hold across class
 * loaders: each Spark session may load this class anew. Thread-safe.
 */
final class OpenStores {

  private static final String PREFIX = "io.github.mqttpartitioned.store.open:";

  private OpenStores() {}

  /**
   * Takes a store for the caller.
   *
   * @param directory its real path
   * @param holder who takes it, for the error that the next one gets
   * @throws StoreException.InUse when it is taken
   */
  static void claim(Path directory, String holder) {
    Object other = System.getProperties().putIfAbsent(PREFIX + directory, holder);
    if (other != null) {
      throw StoreException.inUse(directory.toString(), other.toString());
    }
  }

  static void release(Path directory) {
    System.getProperties().remove(PREFIX + directory);
  }
}
