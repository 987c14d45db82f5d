// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.stream;

import io.github.mqttpartitioned.spark.stream.plan.EndOffsetPlanner;
import io.github.mqttpartitioned.spark.stream.plan.SourceOffset;
import org.jspecify.annotations.Nullable;

/**
 * The life of a {@link MqttMicroBatchStream}: {@link Unresolved}, {@link Resolved}, {@link
 * Running}, {@link Stopped}, each with what exists then. It only goes forward. A start that fails
 * leaves it resolved; a stream can be stopped at any time.
 */
sealed interface StreamState {

  /** What was available when the last batch was planned; null before. */
  default @Nullable SourceOffset lastAvailable() {
    return null;
  }

  /** Offsets that the run has skipped because no store holds them. */
  default long offsetsLost() {
    return 0;
  }

  /** Whether the query runs with {@code Trigger.RealTime}. */
  default boolean isRealTime() {
    return false;
  }

  /** The state after Spark has stopped the stream. */
  default Stopped stopped() {
    return new Stopped(lastAvailable(), offsetsLost());
  }

  /** Nothing has been started. */
  sealed interface NotStarted extends StreamState {

    RunRequest request();

    NotStarted with(RunRequest request);

    @Override
    default boolean isRealTime() {
      return request().realTime();
    }
  }

  /** Spark has said nothing yet that needs the checkpoint. */
  record Unresolved(RunRequest request) implements NotStarted {
    @Override
    public Unresolved with(RunRequest changed) {
      return new Unresolved(changed);
    }
  }

  /** Options and checkpoint agree. */
  record Resolved(RunRequest request, ResolvedSource source) implements NotStarted {
    @Override
    public Resolved with(RunRequest changed) {
      return new Resolved(changed, source);
    }
  }

  /**
   * The members are connected and the stores open.
   *
   * @param realTime null unless the query runs with {@code Trigger.RealTime}
   */
  record Running(
      ResolvedSource source,
      RunningSource running,
      EndOffsetPlanner planner,
      Trimming trimming,
      @Nullable RealTimeBatches realTime)
      implements StreamState {
    @Override
    public boolean isRealTime() {
      return realTime != null;
    }

    @Override
    public @Nullable SourceOffset lastAvailable() {
      return planner.lastAvailable();
    }

    @Override
    public long offsetsLost() {
      return running.offsetsLost();
    }
  }

  /** Nothing runs any more. */
  record Stopped(@Nullable SourceOffset lastAvailable, long offsetsLost) implements StreamState {
    @Override
    public Stopped stopped() {
      return this;
    }
  }
}
