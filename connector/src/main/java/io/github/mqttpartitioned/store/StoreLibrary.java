// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.store;

import io.github.mqttpartitioned.store.lmdb.StoreEnvironment;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Loads LMDB's library before the first store needs it. That takes a good part of what a first
 * query waits for: some 450 classes, and a file that is unpacked. Thread-safe.
 */
public final class StoreLibrary {

  private static final Logger LOG = LoggerFactory.getLogger(StoreLibrary.class);
  private static final AtomicBoolean BEGUN = new AtomicBoolean();

  private StoreLibrary() {}

  /**
   * Begins to load it on a thread of its own, if nobody has begun yet. The call does not wait. If
   * the library cannot be loaded, the opening of a store says so.
   */
  public static void preload() {
    if (BEGUN.compareAndSet(false, true)) {
      Thread loader = new Thread(StoreLibrary::load, "mqtt-store-library");
      loader.setDaemon(true);
      loader.start();
    }
  }

  private static void load() {
    try {
      StoreEnvironment.loadLibrary();
    } catch (LinkageError e) {
      LOG.debug("LMDB's library is not loaded ahead of its use", e);
    }
  }
}
