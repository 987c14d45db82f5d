// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.stream.plan;

/**
 * Where a batch ends.
 *
 * @param from where it begins
 * @param available where it could end without limits
 * @param until where it ends; equal to {@code from} if there is no batch now
 * @param stored what the decision rests on
 */
public record BatchEnd(
    SourceOffset from, SourceOffset available, SourceOffset until, StoredMessages stored) {

  /** Whether there is no batch now. */
  public boolean isEmpty() {
    return until.equals(from);
  }

  /** Whether a full store waits for room, and no batch will make it. */
  public boolean needsRoom() {
    return isEmpty() && stored.isAnyStoreFull();
  }
}
