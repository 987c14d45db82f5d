// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.stream;

import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_SOURCE_ALREADY_RUNNING;

import java.util.Collections;
import java.util.HashSet;
import java.util.Set;

/**
 * The right of one query to run a source and to write its checkpoint, within this application.
 * Other applications are kept out by the stores themselves, which fence an earlier node.
 *
 * <p>Thread-safe.
 */
final class SourceClaim implements AutoCloseable {

  /** Source ids and checkpoints. Guards itself. */
  private static final Set<String> CLAIMED = new HashSet<>();

  private final Set<String> names;

  private SourceClaim(Set<String> names) {
    this.names = names;
  }

  /**
   * Claims a source until {@link #close}, by its id and by its checkpoint: two queries that start
   * for the first time have no id in common yet, and a copy of a checkpoint has the same id.
   *
   * @throws IllegalStateException if another query has the claim
   */
  static SourceClaim take(ResolvedSource source) {
    String id = source.settings().sourceId();
    Set<String> names = Set.of(id, source.checkpoint().place().toString());
    synchronized (CLAIMED) {
      if (!Collections.disjoint(CLAIMED, names)) {
        throw new IllegalStateException(
            MQTT_SOURCE_ALREADY_RUNNING.message(
                """
                Source %s runs already: checkpoint %s is in use by another query of this \
                application. Stop the other query first."""
                    .formatted(id, source.checkpoint())));
      }
      CLAIMED.addAll(names);
    }
    return new SourceClaim(names);
  }

  /** Gives the claim back.. */
  @Override
  public void close() {
    synchronized (CLAIMED) {
      CLAIMED.removeAll(names);
    }
  }
}
