// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.stream.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.spark.stream.TestOptions;
import java.time.Duration;
import java.util.Arrays;
import java.util.OptionalLong;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class AdmissionControlTest {

  private static final OptionalLong NONE = OptionalLong.empty();

  private long nanos = 1;
  private final AdmissionControl admission = new AdmissionControl(() -> nanos);

  private static AdmissionLimits maxOffsets(long max) {
    return new AdmissionLimits(OptionalLong.of(max), NONE, NONE, Duration.ofMinutes(15));
  }

  private static AdmissionLimits maxBytes(long max) {
    return new AdmissionLimits(NONE, OptionalLong.of(max), NONE, Duration.ofMinutes(15));
  }

  private static AdmissionLimits minOffsets(long min) {
    return new AdmissionLimits(NONE, NONE, OptionalLong.of(min), Duration.ofMinutes(15));
  }

  private long[] until(long[] from, long[] latest, AdmissionLimits limits) {
    return admission.until(from, latest, limits, partition -> 100);
  }

  private static long[] zeros(int partitions) {
    return new long[partitions];
  }

  @Test
  void maximumIsSharedInProportionToBacklogs() {
    assertThat(until(zeros(3), new long[] {800, 150, 50}, maxOffsets(100)))
        .satisfies(until -> assertThat(LongStream.of(until).sum()).isEqualTo(100))
        .satisfies(until -> assertThat(until[0]).isBetween(78L, 81L))
        .satisfies(until -> assertThat(until[1]).isBetween(14L, 17L))
        .satisfies(until -> assertThat(until[2]).isBetween(5L, 7L));
  }

  @Test
  void smallPartitionIsNotStarved() {
    assertThat(until(zeros(2), new long[] {1_000_000, 1}, maxOffsets(10))).containsExactly(9, 1);
  }

  @Test
  void partitionsTakeTurnsWhenThereIsLessThanOneMessageEach() {
    long[] from = zeros(5);
    long[] latest = {1000, 1000, 1000, 1000, 3};
    for (int batch = 0; batch < 5; batch++) {
      long[] until = until(from, latest, maxOffsets(2));
      assertThat(sum(until) - sum(from)).isEqualTo(2);
      from = until;
    }
    assertThat(from).containsExactly(2, 2, 2, 2, 2);
  }

  @Test
  void maximumNeverExceededAndAlwaysUsed() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int round = 0; round < 5_000; round++) {
      int partitions = 1 + random.nextInt(20);
      long[] from = random.longs(partitions, 0, 1L << 40).toArray();
      long[] latest = from.clone();
      for (int partition = 0; partition < partitions; partition++) {
        latest[partition] +=
            random.nextBoolean() ? 0 : random.nextLong(1L << random.nextInt(1, 40));
      }
      long max = 1 + random.nextLong(1L << random.nextInt(1, 40));
      long[] until = until(from, latest, maxOffsets(max));
      for (int partition = 0; partition < partitions; partition++) {
        assertThat(until[partition])
            .as("seed %d, round %d", seed, round)
            .isBetween(from[partition], latest[partition]);
        if (max >= partitions && latest[partition] > from[partition]) {
          assertThat(until[partition])
              .as("seed %d, round %d: starved", seed, round)
              .isGreaterThan(from[partition]);
        }
      }
      long backlog = sum(latest) - sum(from);
      long taken = sum(until) - sum(from);
      assertThat(taken).as("seed %d, round %d", seed, round).isLessThanOrEqualTo(max);
      // Within rounding of doubles, nothing is left unused.
      assertThat(taken)
          .as("seed %d, round %d", seed, round)
          .isGreaterThanOrEqualTo(Math.min(max, backlog) - 1);
    }
  }

  @Test
  void everyBacklogIsFinishedInTheEnd() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int round = 0; round < 200; round++) {
      int partitions = 1 + random.nextInt(8);
      long[] latest = random.longs(partitions, 0, 200).toArray();
      AdmissionLimits limits =
          new AdmissionLimits(
              OptionalLong.of(1 + random.nextInt(20)),
              OptionalLong.of(1 + random.nextInt(500)),
              NONE,
              Duration.ZERO);
      long[] from = zeros(partitions);
      for (int batch = 0; !Arrays.equals(from, latest); batch++) {
        assertThat(batch).as("seed %d, round %d", seed, round).isLessThan(2000);
        long[] until = until(from, latest, limits);
        assertThat(sum(until)).as("seed %d, round %d", seed, round).isGreaterThan(sum(from));
        from = until;
      }
    }
  }

  @Test
  void bytesAreSharedByWhatMessagesTake() {
    long[] until =
        admission.until(
            zeros(2),
            new long[] {1000, 1000},
            maxBytes(110_000),
            partition -> partition == 0 ? 1000 : 100);
    assertThat(until).containsExactly(100, 100);
  }

  @Test
  void oneMessageAlwaysGoesOnHoweverLarge() {
    assertThat(until(zeros(2), new long[] {0, 5}, maxBytes(7))).containsExactly(0, 1);
    assertThat(until(zeros(2), new long[] {0, 0}, maxBytes(7))).containsExactly(0, 0);
  }

  @Test
  void lowerOfTwoMaximaCounts() {
    AdmissionLimits both =
        new AdmissionLimits(
            OptionalLong.of(50), OptionalLong.of(1000), NONE, Duration.ofMinutes(15));
    assertThat(until(zeros(1), new long[] {1000}, both)).containsExactly(10);
    assertThat(admission.until(zeros(1), new long[] {1000}, both, partition -> 1))
        .containsExactly(50);
  }

  @Test
  void minimumHoldsBackUntilThereIsEnough() {
    assertThat(until(zeros(1), new long[] {0}, minOffsets(10))).containsExactly(0);
    assertThat(until(zeros(1), new long[] {9}, minOffsets(10))).containsExactly(0);
    assertThat(until(zeros(1), new long[] {10}, minOffsets(10))).containsExactly(10);
    assertThat(until(new long[] {10}, new long[] {12}, minOffsets(10))).containsExactly(10);
  }

  @Test
  void minimumDoesNotHoldBackTheFirstBatchOfARun() {
    assertThat(until(zeros(1), new long[] {3}, minOffsets(10))).containsExactly(3);
  }

  @Test
  void minimumGivesWayAfterTheMaximumDelay() {
    assertThat(until(zeros(1), new long[] {0}, minOffsets(10))).containsExactly(0);
    nanos += Duration.ofMinutes(15).toNanos() - 1;
    assertThat(until(zeros(1), new long[] {9}, minOffsets(10))).containsExactly(0);
    nanos++;
    assertThat(until(zeros(1), new long[] {9}, minOffsets(10))).containsExactly(9);
    nanos += Duration.ofMinutes(15).toNanos() - 1;
    assertThat(until(new long[] {9}, new long[] {12}, minOffsets(10))).containsExactly(9);
  }

  @Test
  void minimumAndMaximumTogether() {
    AdmissionLimits limits =
        new AdmissionLimits(OptionalLong.of(20), NONE, OptionalLong.of(10), Duration.ofMinutes(15));
    assertThat(until(zeros(1), new long[] {0}, limits)).containsExactly(0);
    assertThat(until(zeros(1), new long[] {9}, limits)).containsExactly(0);
    assertThat(until(zeros(1), new long[] {100}, limits)).containsExactly(20);
  }

  @Test
  void optionsWithoutLimitsLimitNothing() {
    assertThat(AdmissionLimits.of(TestOptions.of()).areNone()).isTrue();
    assertThat(AdmissionLimits.of(TestOptions.of("maxOffsetsPerTrigger", "5")))
        .isEqualTo(maxOffsets(5));
  }

  private static long sum(long[] values) {
    return LongStream.of(values).sum();
  }
}
