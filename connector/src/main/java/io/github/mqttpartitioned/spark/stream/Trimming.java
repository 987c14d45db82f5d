// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.stream;

import io.github.mqttpartitioned.spark.stream.plan.SourceOffset;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Decides what the stores may drop: what Spark has committed, after the retention.
 *
 * <p>A run does not know what earlier runs have committed. If all messages of full stores are
 * processed when a run begins, it would wait indefinitely: without room there is no message, no
 * batch, and no commit that makes room. Spark's log of complete batches says where a run resumes,
 * so what lies before may go when nothing else can, see {@link #makeRoom}.
 *
 * <p>Confined to the query's thread.
 */
final class Trimming {

  private final Retention retention;

  /** Where the run resumes; null once Spark has committed something in this run. */
  private @Nullable SourceOffset resumedAt;

  private Trimming(Retention retention, @Nullable SourceOffset resumedAt) {
    this.retention = retention;
    this.resumedAt = resumedAt;
  }

  /** For a run whose earlier batches are all complete; the next one begins at {@code from}. */
  static Trimming resumingAt(Retention retention, SourceOffset from) {
    return new Trimming(retention, from);
  }

  /**
   * For a run that begins with the repetition of a batch. That tells that everything before {@code
   * from} is committed.
   */
  static Trimming repeatingFrom(Retention retention, SourceOffset from) {
    retention.committed(from);
    return new Trimming(retention, null);
  }

  /** Takes note that Spark does not ask for anything before {@code end} any more. */
  void committed(SourceOffset end) {
    retention.committed(end);
    resumedAt = null;
  }

  /** What may be dropped now and was not given before. */
  Optional<SourceOffset> due() {
    return retention.expired();
  }

  /** Takes note that a full store waits for room, and that no batch will make it. */
  void makeRoom() {
    SourceOffset before = resumedAt;
    if (before != null) {
      committed(before);
    }
  }
}
