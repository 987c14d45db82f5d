package io.github.mqttpartitioned.source;

import io.github.mqttpartitioned.model.PartitionStatus;
import io.github.mqttpartitioned.model.PartitionStatus.State;
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
 * connected and no message has arrived for a while. A member that is off its broker because its
 * store is full is not waited for: only the batches of this very run can make room.
 */
final class Drain {

  private static final Logger LOG = LoggerFactory.getLogger(Drain.class);
  private static final Duration POLL = Duration.ofMillis(10);
  private static final Set<State> SETTLED =
      EnumSet.of(State.CONNECTED, State.STORE_FULL, State.RETIRED);

  /** Waits; a test lets its clock go forward instead. */
  @FunctionalInterface
  interface Pause {
    void await(Duration time) throws InterruptedException;
  }

  private final Duration quiet;
  private final Duration patience;
  private final LongSupplier nanoTime;
  private final Pause pause;

  /**
   * @param quiet how long no message must have arrived
   * @param patience how long a member may be off its broker before a warning says so
   * @param nanoTime a clock that only goes forward
   */
  Drain(Duration quiet, Duration patience, LongSupplier nanoTime, Pause pause) {
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
   * @throws UncheckedIOException when interrupted
   */
  long[] await(Supplier<List<PartitionStatus>> status) {
    boolean settled = false;
    long arrived = 0;
    long quietSince = 0;
    long settledAt = nanoTime.getAsLong();
    boolean warned = false;
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
        if (time - quietSince >= quiet.toNanos()) {
          return now.stream().mapToLong(partition -> partition.extent().next()).toArray();
        }
      } else if (!warned && time - settledAt >= patience.toNanos()) {
        LOG.warn("Trigger.AvailableNow waits until every member is connected: {}", problems(now));
        warned = true;
      }
      pause(time - quietSince);
    }
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
