// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.stream;

import io.github.mqttpartitioned.receiver.PartitionStatus;
import io.github.mqttpartitioned.receiver.PartitionStatus.State;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds where a run with {@code Trigger.AvailableNow} ends: what is stored once every member is
 * connected and no message has arrived for a while; or, when messages never cease, what is stored
 * after {@value #MOST_QUIETS} times that long. A member that is off its broker because its store is
 * full is not waited for: only the batches of this very run can make room. Any other one is, but
 * not for ever.
 */
final class Drain {

  private static final Logger LOG = LoggerFactory.getLogger(Drain.class);
  private static final int MOST_QUIETS = 10;
  private static final Duration POLL = Duration.ofMillis(10);
  private static final Set<State> SETTLED =
      EnumSet.of(State.CONNECTED, State.STORE_FULL, State.RETIRED);

  private final Duration quiet;
  private final Duration patience;
  private final LongSupplier nanoTime;
  private final Sleeper pause;

  /**
   * @param quiet how long no message must have arrived
   * @param patience how long members may take to connect, and to connect again
   * @param nanoTime a clock that only goes forward
   */
  Drain(Duration quiet, Duration patience, LongSupplier nanoTime, Sleeper pause) {
    this.quiet = quiet;
    this.patience = patience;
    this.nanoTime = nanoTime;
    this.pause = pause;
  }

  /**
   * Waits for the quiet.
   *
   * @param status of the partitions; throws when one has stopped for good
   * @return what each partition had stored then
   * @throws IllegalStateException when a member stays off its broker
   * @throws UncheckedIOException when interrupted
   */
  long[] await(Supplier<List<PartitionStatus>> status) {
    boolean settled = false;
    long arrived = 0;
    long quietSince = 0;
    long begun = nanoTime.getAsLong();
    long settledAt = begun;
    while (true) {
      List<PartitionStatus> now = status.get();
      long time = nanoTime.getAsLong();
      if (!settled || arrived != arrived(now)) {
        quietSince = time;
      }
      settled = isSettled(now);
      arrived = arrived(now);
      if (settled) {
        settledAt = time;
        boolean endless = time - begun >= patience.plus(quiet.multipliedBy(MOST_QUIETS)).toNanos();
        if (time - quietSince >= quiet.toNanos() || endless) {
          warnIf(endless);
          return now.stream().mapToLong(partition -> partition.extent().next()).toArray();
        }
      } else if (time - settledAt >= patience.toNanos()) {
        throw off(now);
      }
      pause(time - quietSince);
    }
  }

  private void warnIf(boolean endless) {
    if (endless) {
      LOG.warn(
          "Messages keep arriving: this run of Trigger.AvailableNow ends at what is stored now, the"
              + " next one goes on from there. A shorter drainTimeout ends it sooner");
    }
  }

  private IllegalStateException off(List<PartitionStatus> status) {
    return new IllegalStateException(
        "Trigger.AvailableNow cannot tell what is available: a member is off its broker for"
            + " connectTimeout=%d s now (%s). What is not yet taken over stays with the broker; start the run again when that is back"
                .formatted(patience.toSeconds(), problems(status)));
  }

  private static boolean isSettled(List<PartitionStatus> status) {
    return status.stream().allMatch(partition -> SETTLED.contains(partition.state()));
  }

  /** Grows with every message, before and after it is stored. */
  private static long arrived(List<PartitionStatus> status) {
    return status.stream()
        .mapToLong(partition -> partition.counts().received() + partition.extent().next())
        .sum();
  }

  private static List<String> problems(List<PartitionStatus> status) {
    return IntStream.range(0, status.size())
        .filter(partition -> status.get(partition).problem() != null)
        .mapToObj(partition -> "partition " + partition + ": " + status.get(partition).problem())
        .toList();
  }

  private void pause(long quietNanos) {
    Duration left = quiet.minusNanos(quietNanos);
    try {
      pause.await(left.compareTo(POLL) < 0 ? left : POLL);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      UncheckedIOException stopped =
          new UncheckedIOException(
              new InterruptedIOException("stopped while waiting for the last message to arrive"));
      stopped.addSuppressed(e);
      throw stopped;
    }
  }
}
