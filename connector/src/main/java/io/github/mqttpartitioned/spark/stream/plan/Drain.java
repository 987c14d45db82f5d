// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.stream.plan;

import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_DRAIN_STALLED;

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
 * Finds where a run with {@code Trigger.AvailableNow} ends: at what is stored when every member is
 * connected and no message has arrived for a while. If messages never cease, it ends at what is
 * stored after {@value #MOST_QUIETS} times that long.
 *
 * <p>It does not wait for a member that has no connection because its store is full: only the
 * batches of this run can make room. It waits for any other member, for a limited time.
 *
 * <p>Confined to the query's thread.
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
  private final Sleeper sleeper;

  /**
   * @param quiet after this long without a message the end is reached
   * @param patience how long a member may take to connect, and to connect again
   * @param nanoTime a clock that only goes forward
   */
  Drain(Duration quiet, Duration patience, LongSupplier nanoTime, Sleeper sleeper) {
    this.quiet = quiet;
    this.patience = patience;
    this.nanoTime = nanoTime;
    this.sleeper = sleeper;
  }

  /**
   * Waits for the end.
   *
   * @param stores what is stored now; throws when a partition has stopped for good
   * @return what is stored at the end
   * @throws IllegalStateException if a member stays without a connection
   * @throws UncheckedIOException if interrupted
   */
  StoredMessages await(Supplier<StoredMessages> stores) {
    boolean settled = false;
    long arrived = 0;
    long quietSince = 0;
    long begun = nanoTime.getAsLong();
    long settledAt = begun;
    boolean told = false;
    while (true) {
      StoredMessages stored = stores.get();
      List<PartitionStatus> now = stored.partitions();
      long time = nanoTime.getAsLong();
      if (!settled || arrived != arrived(now)) {
        quietSince = time;
      }
      settled = isSettled(now);
      arrived = arrived(now);
      if (settled) {
        settledAt = time;
        if (!told && time - begun >= quiet.multipliedBy(2).toNanos()) {
          told = true;
          LOG.info(
              """
              Trigger.AvailableNow waits until no message has arrived for drainTimeout={} s. \
              Messages are arriving. The run ends at what is stored in {} s at the latest""",
              quiet.toSeconds(),
              patience.plus(quiet.multipliedBy(MOST_QUIETS)).minusNanos(time - begun).toSeconds());
        }
        boolean endless = time - begun >= patience.plus(quiet.multipliedBy(MOST_QUIETS)).toNanos();
        if (time - quietSince >= quiet.toNanos() || endless) {
          warnIf(endless);
          return stored;
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
          """
          Messages keep arriving: this run of Trigger.AvailableNow ends at what is stored now, and \
          the next run continues from there. A shorter drainTimeout ends a run sooner""");
    }
  }

  private IllegalStateException off(List<PartitionStatus> status) {
    return new IllegalStateException(
        MQTT_DRAIN_STALLED.message(
            """
            Trigger.AvailableNow cannot find its end: a member has had no \
            connection for connectTimeout=%d s (%s). The messages that it has not received stay with the \
            broker. Start the run again when the broker is back."""
                .formatted(patience.toSeconds(), problems(status))));
  }

  private static boolean isSettled(List<PartitionStatus> status) {
    return status.stream().allMatch(partition -> SETTLED.contains(partition.state()));
  }

  /** A number that grows with each message, when it arrives and when it is stored. */
  private static long arrived(List<PartitionStatus> status) {
    return status.stream()
        .mapToLong(partition -> partition.counts().received() + partition.extent().next())
        .sum();
  }

  private static List<String> problems(List<PartitionStatus> status) {
    return IntStream.range(0, status.size())
        .filter(partition -> status.get(partition).problem() != null)
        .mapToObj(
            partition -> "partition %d: %s".formatted(partition, status.get(partition).problem()))
        .toList();
  }

  private void pause(long quietNanos) {
    Duration left = quiet.minusNanos(quietNanos);
    try {
      sleeper.sleep(left.compareTo(POLL) < 0 ? left : POLL);
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
