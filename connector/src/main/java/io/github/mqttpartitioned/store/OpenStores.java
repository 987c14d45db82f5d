// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.store;

import java.nio.file.Path;

/**
 * The stores that are open in this JVM. LMDB must not open an environment twice in one process:
 * when one of the two is closed, the other loses its file locks.
 *
 * <p>The list is in the system properties, as strings, because it must hold across class loaders:
 * several Spark sessions may each load this class. Thread-safe.
 */
final class OpenStores {

  private static final String PREFIX = "io.github.mqttpartitioned.store.open:";

  private OpenStores() {}

  /**
   * Claims a store for the caller.
   *
   * @param directory its real path
   * @param user names the caller in the error that the next one gets
   * @throws StoreException.InUse when another caller has claimed it
   */
  static void claim(Path directory, String user) {
    Object other = System.getProperties().putIfAbsent(PREFIX + directory, user);
    if (other != null) {
      throw StoreException.inUse(directory.toString(), other.toString());
    }
  }

  static void release(Path directory) {
    System.getProperties().remove(PREFIX + directory);
  }
}
