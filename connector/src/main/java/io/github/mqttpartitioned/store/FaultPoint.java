// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.store;

import org.jspecify.annotations.Nullable;

/**
 * Moments of a store's life at which a test can end the process or make the disk fail. A
 * transaction reaches each of them at most once. Outside of tests nothing happens there.
 */
enum FaultPoint {
  /** A new store is complete, but not yet in place. */
  CREATED,
  /** The environment is open, and the new epoch is not yet taken. */
  OPENED,
  /** Blocks have been dropped, in a transaction that is still open. */
  TRIMMED,
  /** Everything is in the transaction, and nothing is on the disk. */
  COMMITTING,
  /** Everything is on the disk, and nothing is acknowledged yet. */
  COMMITTED,
  /** Between a write and the commit that makes its freed pages usable. */
  TIDYING,
  /** The environment is closed after a disk error, and not yet opened again. */
  REOPENING;

  @SuppressWarnings("ImmutableEnumChecker") // Only tests change it.
  private volatile @Nullable Runnable fault;

  void reached() {
    Runnable present = fault;
    if (present != null) {
      present.run();
    }
  }

  /**
   * Sets what happens at this point, in the thread that reaches it.
   *
   * @param what may throw; null for nothing
   */
  void whenReached(@Nullable Runnable what) {
    fault = what;
  }
}
