// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.stream.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.mqttpartitioned.block.LogExtent;
import io.github.mqttpartitioned.option.SourceOptions;
import io.github.mqttpartitioned.receiver.PartitionStatus;
import io.github.mqttpartitioned.receiver.PartitionStatus.Counts;
import io.github.mqttpartitioned.receiver.PartitionStatus.State;
import io.github.mqttpartitioned.spark.stream.TestOptions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class EndOffsetPlannerTest {

  private static final long MIB = 1 << 20;

  private long nanos;

  /** What the stores say when they are asked. */
  private StoredMessages stored = stored(connected(0, 0), connected(0, 0));

  /** Runs each time that the planner sleeps. */
  private Runnable whileSleeping = () -> {};

  private static StoredMessages stored(PartitionStatus... partitions) {
    return new StoredMessages(List.of(partitions));
  }

  private static PartitionStatus status(State state, long earliest, long next, long bytes) {
    return new PartitionStatus(
        state,
        null,
        new LogExtent(earliest, next),
        bytes,
        new Counts(next, 0, next, 0, 0, 0, 1, 0, 0, 0));
  }

  private static PartitionStatus connected(long earliest, long next) {
    return status(State.CONNECTED, earliest, next, 0);
  }

  private EndOffsetPlanner planner(boolean availableNow, String... options) {
    return new EndOffsetPlanner(
        TestOptions.of(options),
        availableNow,
        () -> nanos,
        time -> {
          nanos += Math.max(1, time.toNanos());
          whileSleeping.run();
        });
  }

  private BatchEnd end(EndOffsetPlanner planner, SourceOffset from, String... options) {
    SourceOptions parsed = TestOptions.of(options);
    return planner.end(from, AdmissionLimits.of(parsed), () -> stored);
  }

  private SourceOffset until(EndOffsetPlanner planner, SourceOffset from, String... options) {
    return end(planner, from, options).until();
  }

  @Test
  void withoutLimitsABatchTakesWhatIsStored() {
    EndOffsetPlanner planner = planner(false);
    assertThat(planner.lastAvailable()).isNull();
    assertThat(end(planner, SourceOffset.zero(2)).isEmpty()).isTrue();
    stored = stored(connected(0, 5), connected(0, 3));
    BatchEnd end = end(planner, SourceOffset.zero(2));
    assertThat(end.until()).isEqualTo(end.available()).isEqualTo(SourceOffset.of(5, 3));
    assertThat(end.isEmpty()).isFalse();
    assertThat(planner.lastAvailable()).isEqualTo(SourceOffset.of(5, 3));
  }

  @Test
  void partitionThatWaitsForItsHostStaysWhereItIsAndTheOthersContinue() {
    stored = stored(status(State.WAITING, 0, 9, 0), connected(0, 3));
    assertThat(until(planner(false), SourceOffset.of(4, 0))).isEqualTo(SourceOffset.of(4, 3));
  }

  @Test
  void offsetsNeverGoBack() {
    stored = stored(connected(0, 2), connected(0, 3));
    assertThat(until(planner(false), SourceOffset.of(4, 3))).isEqualTo(SourceOffset.of(4, 3));
  }

  @Test
  void lastMessageOfAStoreThatFillsUpIsLeftToTheNextBatch() {
    EndOffsetPlanner planner = planner(false, "storeMaxBytes", "16m");
    stored = stored(status(State.CONNECTED, 0, 5, 8 * MIB + 1), connected(0, 5));
    BatchEnd end = end(planner, SourceOffset.zero(2));
    assertThat(end.available()).isEqualTo(SourceOffset.of(5, 5));
    assertThat(end.until()).isEqualTo(SourceOffset.of(4, 5));
    assertThat(until(planner, end.until())).isEqualTo(SourceOffset.of(5, 5));
    stored = stored(status(State.STORE_FULL, 0, 5, 0), status(State.CONNECTED, 0, 5, 8 * MIB));
    assertThat(until(planner, SourceOffset.zero(2))).isEqualTo(SourceOffset.of(4, 5));
  }

  @Test
  void roomIsNeededWhenAStoreIsFullAndThereIsNothingToRead() {
    stored = stored(status(State.STORE_FULL, 0, 5, 0), connected(0, 5));
    assertThat(end(planner(false), SourceOffset.of(5, 5)).needsRoom()).isTrue();
    assertThat(end(planner(false), SourceOffset.of(5, 4)).needsRoom()).isFalse();
    stored = stored(connected(0, 5), connected(0, 5));
    assertThat(end(planner(false), SourceOffset.of(5, 5)).needsRoom()).isFalse();
  }

  @Test
  void minimumHoldsBackABatchUnlessWaitingIsUseless() {
    String[] limits = {"minOffsetsPerTrigger", "100"};
    SourceOffset from = SourceOffset.of(1, 1);
    EndOffsetPlanner planner = planner(false, limits);
    stored = stored(connected(0, 1), connected(0, 2));
    assertThat(until(planner, SourceOffset.of(1, 0), limits)).as("first").isNotEqualTo(from);
    assertThat(until(planner, from, limits)).isEqualTo(from);
    stored = stored(status(State.STORE_FULL, 0, 1, 0), connected(0, 2));
    assertThat(until(planner, from, limits)).as("full").isEqualTo(SourceOffset.of(1, 2));
  }

  @Test
  void minimumIsNotWaitedForWhenTheBrokersWindowIsUsedUp() {
    String[] limits = {
      "minOffsetsPerTrigger", "100", "ackMode", "processed", "receiveMaximum", "4"
    };
    EndOffsetPlanner planner = planner(false, limits);
    until(planner, SourceOffset.zero(2), limits);
    stored = stored(connected(0, 3), connected(0, 3));
    assertThat(until(planner, SourceOffset.zero(2), limits)).isEqualTo(SourceOffset.zero(2));
    stored = stored(connected(0, 4), connected(0, 3));
    assertThat(until(planner, SourceOffset.zero(2), limits)).isEqualTo(SourceOffset.of(4, 3));
  }

  @Test
  void lostOffsetsDoNotCountAgainstTheMaximum() {
    String[] limits = {"maxOffsetsPerTrigger", "4", "failOnDataLoss", "false"};
    stored = stored(connected(6, 10), connected(0, 10));
    assertThat(until(planner(false, limits), SourceOffset.zero(2), limits))
        .isEqualTo(SourceOffset.of(8, 2));
    String[] failing = {"maxOffsetsPerTrigger", "4"};
    assertThat(until(planner(false, failing), SourceOffset.zero(2), failing))
        .as("the tasks find the loss")
        .isEqualTo(SourceOffset.of(2, 2));
  }

  @Test
  void bytesAreEstimatedFromTheStores() {
    String[] limits = {"maxBytesPerTrigger", "400b"};
    stored = stored(status(State.CONNECTED, 0, 10, 1_000), status(State.CONNECTED, 5, 10, 500));
    assertThat(until(planner(false, limits), SourceOffset.of(0, 5), limits))
        .satisfies(
            until ->
                assertThat(until.get(0) + until.get(1) - 5)
                    .as("messages of 100 bytes")
                    .isEqualTo(4));
  }

  @Test
  void runWithAvailableNowEndsAtWhatTheFirstCallFound() {
    EndOffsetPlanner planner = planner(true, "drainTimeout", "5s");
    whileSleeping = () -> stored = stored(connected(0, 5), connected(0, 5));
    assertThat(until(planner, SourceOffset.zero(2))).isEqualTo(SourceOffset.of(5, 5));
    assertThat(nanos).isGreaterThanOrEqualTo(Duration.ofSeconds(5).toNanos());
    stored = stored(connected(0, 50), connected(0, 50));
    assertThat(until(planner, SourceOffset.of(2, 2))).isEqualTo(SourceOffset.of(5, 5));
    assertThat(end(planner, SourceOffset.of(5, 5)).isEmpty()).isTrue();
  }

  /** What is spared rests on what is stored after the wait, not before. */
  @Test
  void firstBatchWithAvailableNowSparesAStoreThatFilledUpMeanwhile() {
    EndOffsetPlanner planner = planner(true, "drainTimeout", "5s");
    whileSleeping = () -> stored = stored(status(State.STORE_FULL, 0, 5, 0), connected(0, 5));
    assertThat(until(planner, SourceOffset.zero(2))).isEqualTo(SourceOffset.of(4, 5));
  }

  @Test
  void runWithAvailableNowEndsSoonerWhenAStoreIsReplaced() {
    EndOffsetPlanner planner = planner(true, "drainTimeout", "1s");
    stored = stored(connected(0, 5), connected(0, 5));
    until(planner, SourceOffset.zero(2));
    stored = stored(connected(0, 2), connected(0, 5));
    assertThat(until(planner, SourceOffset.of(2, 0))).isEqualTo(SourceOffset.of(2, 5));
    stored = stored(status(State.WAITING, 0, 0, 0), connected(0, 5));
    assertThat(until(planner, SourceOffset.of(1, 0))).isEqualTo(SourceOffset.of(2, 5));
  }

  @Test
  void runWithAvailableNowTakesTheNextWindowWhenMessagesAreAcknowledgedLate() {
    EndOffsetPlanner planner = planner(true, "ackMode", "processed", "drainTimeout", "5s");
    stored = stored(connected(0, 5), connected(0, 0));
    assertThat(until(planner, SourceOffset.zero(2))).isEqualTo(SourceOffset.of(5, 0));
    long before = nanos;
    stored = stored(connected(0, 9), connected(0, 0));
    assertThat(until(planner, SourceOffset.of(5, 0))).isEqualTo(SourceOffset.of(9, 0));
    assertThat(nanos).as("no wait while there is more").isEqualTo(before);
    whileSleeping = () -> stored = stored(connected(0, 9), connected(0, 1));
    assertThat(until(planner, SourceOffset.of(9, 0))).isEqualTo(SourceOffset.of(9, 1));
  }

  @Test
  void failureOfAPartitionIsThrown() {
    assertThatThrownBy(
            () ->
                planner(false)
                    .end(
                        SourceOffset.zero(2),
                        AdmissionLimits.of(TestOptions.of()),
                        () -> {
                          throw new IllegalStateException("fenced");
                        }))
        .hasMessage("fenced");
  }
}
