// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.store;

import java.nio.file.Path;
import java.time.Duration;

/**
 * The stores that are open in this JVM. LMDB must not open an environment twice in one process:
 * when one of the two is closed, the other loses its file locks.
 *
 * <p>The list is in the system properties, as strings, because it must hold across class loaders:
 * several Spark sessions may each load this class. Thread-safe.
 */
final class OpenStores {

  private static final String PREFIX = "io.github.mqttpartitioned.store.open:";
  private static final String WANTED = "io.github.mqttpartitioned.store.wanted:";
  private static final String VIEW = "a batch read";

  /** A block is read in far less. */
  private static final Duration GIVE_WAY = Duration.ofSeconds(10);

  private static final Duration LOOK = Duration.ofMillis(10);

  /** A writer that wants a store says so again within this time; after it, it has given up. */
  private static final Duration WANTED_FOR = Duration.ofSeconds(1);

  private OpenStores() {}

  /**
   * Claims a store to write to it. Views of the store give way at their next block; the caller
   * waits for them.
   *
   * @param directory its real path
   * @param user names the caller in the error that the next one gets
   * @throws StoreException.InUse when another writer has claimed it, or a view stays
   */
  static void claim(Path directory, String user) {
    long deadline = System.nanoTime() + GIVE_WAY.toNanos();
    while (true) {
      Object other = System.getProperties().putIfAbsent(PREFIX + directory, user);
      if (other == null) {
        System.getProperties().remove(WANTED + directory);
        return;
      }
      if (!other.equals(VIEW) || System.nanoTime() - deadline >= 0) {
        throw StoreException.inUse(directory.toString(), other.toString());
      }
      System.getProperties().put(WANTED + directory, String.valueOf(System.nanoTime()));
      pause(directory, other);
    }
  }

  /**
   * The view may be one of another class loader. What the two share is the system properties, and
   * these notify nobody.
   */
  private static void pause(Path directory, Object other) {
    try {
      Thread.sleep(LOOK.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw StoreException.inUse(directory.toString(), other.toString());
    }
  }

  /**
   * Claims a store for a view.
   *
   * @param directory its real path
   * @throws StoreException.InUse when another caller has claimed it
   */
  static void claimView(Path directory) {
    Object other = System.getProperties().putIfAbsent(PREFIX + directory, VIEW);
    if (other != null) {
      throw StoreException.inUse(directory.toString(), other.toString());
    }
  }

  /** Whether a writer waits for the views of the store. */
  static boolean isWanted(Path directory) {
    String since = System.getProperty(WANTED + directory);
    return since != null && System.nanoTime() - Long.parseLong(since) < WANTED_FOR.toNanos();
  }

  static void release(Path directory) {
    System.getProperties().remove(PREFIX + directory);
  }
}
