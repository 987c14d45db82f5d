// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.store;

import org.jspecify.annotations.Nullable;

/**
 * Moments of a store's life at which a test may end the process, or have the disk fail. Each is
 * reached once in a transaction at most; outside of tests nothing happens there.
 */
enum FaultPoint {
  /** A new store is complete, but not yet in its place. */
  CREATED,
  /** The environment is open, its epoch not yet taken. */
  OPENED,
  /** Blocks have been dropped, in a transaction that is still open. */
  TRIMMED,
  /** Everything is in the transaction, nothing on the disk. */
  COMMITTING,
  /** Everything is on the disk, nobody knows it: nothing is acknowledged. */
  COMMITTED,
  /** Between a write and the commit that makes its freed pages usable. */
  TIDYING,
  /** After a disk error the environment is closed, and to be opened anew. */
  REOPENING;

  @SuppressWarnings("ImmutableEnumChecker") // Changed by tests alone.
  private volatile @Nullable Runnable fault;

  void reached() {
    Runnable present = fault;
    if (present != null) {
      present.run();
    }
  }

  /**
   * Sets what happens here from now on, in the thread that comes by.
   *
   * @param what may throw; null for nothing
   */
  void whenReached(@Nullable Runnable what) {
    fault = what;
  }
}
