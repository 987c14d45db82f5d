// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.cluster.coordinator;

import io.github.mqttpartitioned.block.LogExtent;

/** Decides whether a query goes on whose stores are not what its checkpoint says. */
public interface StoreGuard {

  /**
   * A store of the query is missing, and the wait for its host is over.
   *
   * @param next offset that a new store will begin with
   * @throws RuntimeException when that fails the query
   */
  void missing(int partition, long next);

  /**
   * Checks a store that has been opened.
   *
   * @param planned offset behind the last one that Spark has ever planned
   * @throws RuntimeException when the store would give offsets again that were planned
   */
  void requireNotOlder(int partition, long planned, LogExtent extent);
}
