// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.cluster.node;

import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_LEASE_EXPIRED;

import io.github.mqttpartitioned.cluster.PartitionLocations;
import io.github.mqttpartitioned.option.settings.SourceSettings;
import io.github.mqttpartitioned.receiver.LeaseCheck;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * A node's permission to act for one source in one run of its query. Each request of the driver
 * renews it. A lease that has ended does not come back, however late the driver's next request is
 * read: a JVM that was paused finds it in its sockets when it wakes up.
 *
 * <p><b>Two clocks.</b> The time since the last request is measured by {@link System#nanoTime} and
 * by the wall clock, and the longer of the two counts. The first one stands still while a virtual
 * machine is suspended or a laptop sleeps, but other nodes go on meanwhile. A wall clock that is
 * set forward ends a lease that is sound: then the partitions are released in order and placed
 * again, and a new lease begins with the new time. A wall clock that is set back changes nothing.
 * Each request starts both measurements anew, so only a jump between two requests counts, and a
 * clock that is wrong by a constant does no harm.
 *
 * <p>A machine that is resumed may run for a moment before its wall clock is corrected, and some
 * clocks never are. No clock of the machine shows that time has passed then, and the lease seems
 * valid. What fences such a node in the end is not the lease. On its own host it is the epoch of
 * the store: a process that has opened the store since makes each write fail, and nothing is
 * acknowledged without a write. For a partition that has a new store elsewhere it is the broker:
 * the new member has taken the session over, and closed the connection of the old one.
 *
 * <p>Thread-safe.
 */
final class SourceLease implements LeaseCheck {

  /** When the driver's last request was read, by both clocks. */
  private record Contact(long nanos, long millis) {}

  /** A poll that waits for the version to change. */
  private record Waiter(long seen, long until, Runnable answer) {}

  private final SourceSettings settings;
  private final long epoch;
  private final long registrationId;
  private final long limitNanos;
  private final LongSupplier nanoTime;
  private final LongSupplier wallMillis;
  private final Runnable whenChanged;
  private final Object releasing = new Object();
  private final AtomicLong version = new AtomicLong();
  private volatile Contact contact;
  private volatile boolean ending;
  private volatile boolean ended;
  private volatile boolean hasWaiters;
  private volatile PartitionLocations locations = PartitionLocations.UNKNOWN;
  private final List<Waiter> waiters = new ArrayList<>();

  /**
   * @param nanoTime a clock that only goes forward
   * @param wallMillis milliseconds since 1970
   * @param whenChanged has {@link #takeAnswerable} called soon; not called while no poll waits
   */
  SourceLease(
      SourceSettings settings,
      long epoch,
      long registrationId,
      Duration limit,
      LongSupplier nanoTime,
      LongSupplier wallMillis,
      Runnable whenChanged) {
    this.settings = settings;
    this.epoch = epoch;
    this.registrationId = registrationId;
    this.limitNanos = limit.toNanos();
    this.nanoTime = nanoTime;
    this.wallMillis = wallMillis;
    this.whenChanged = whenChanged;
    this.contact = now();
  }

  private Contact now() {
    return new Contact(nanoTime.getAsLong(), wallMillis.getAsLong());
  }

  SourceSettings settings() {
    return settings;
  }

  long epoch() {
    return epoch;
  }

  long registrationId() {
    return registrationId;
  }

  PartitionLocations locations() {
    return locations;
  }

  void setLocations(PartitionLocations known) {
    locations = known;
  }

  /** Lock of the thread that gives the source back: a second thread waits until that is done. */
  Object releasing() {
    return releasing;
  }

  /**
   * Notes a request of the driver.
   *
   * @return false when the request comes too late
   */
  synchronized boolean renew() {
    if (isEnding()) {
      return false;
    }
    contact = now();
    return true;
  }

  /**
   * Begins to give the source back: the lease is no longer renewed, but receivers may finish.
   *
   * @return whether this call is the first
   */
  synchronized boolean beginEnd() {
    boolean first = !ending;
    ending = true;
    return first;
  }

  /** Ends the lease now. */
  synchronized void end() {
    ended = true;
  }

  /** Whether the lease has ended, or ends as soon as the receivers have finished. */
  boolean isEnding() {
    return ending || isOver();
  }

  boolean isOver() {
    if (!ended) {
      // The contact first: what is read behind it is not earlier.
      Contact last = contact;
      Contact now = now();
      if (now.nanos - last.nanos > limitNanos
          || now.millis - last.millis > TimeUnit.NANOSECONDS.toMillis(limitNanos)) {
        ended = true;
      }
    }
    return ended;
  }

  @Override
  public void require() {
    if (isOver()) {
      throw new IllegalStateException(
          MQTT_LEASE_EXPIRED.message(
              """
              This node has no lease for source %s any more: its driver has been silent for more \
              than %d s, has given the partition to another node, or a clock of this host has \
              jumped. Another node may host the partition now."""
                  .formatted(settings.sourceId(), TimeUnit.NANOSECONDS.toSeconds(limitNanos))));
    }
  }

  @Override
  public boolean mayOverlap() {
    return true;
  }

  long version() {
    return version.get();
  }

  @Override
  public void changed() {
    version.incrementAndGet();
    if (hasWaiters) {
      whenChanged.run();
    }
  }

  /** Has {@code answer} run once the version is no longer {@code seen}, or the time is over. */
  void await(long seen, Duration longest, Runnable answer) {
    synchronized (waiters) {
      waiters.add(new Waiter(seen, nanoTime.getAsLong() + longest.toNanos(), answer));
      hasWaiters = true;
    }
    whenChanged.run();
  }

  /** The answers of the polls that need not wait any longer; they are removed. */
  List<Runnable> takeAnswerable() {
    List<Runnable> answerable = new ArrayList<>();
    synchronized (waiters) {
      long now = nanoTime.getAsLong();
      waiters.removeIf(
          waiter ->
              (waiter.seen != version.get() || now - waiter.until >= 0 || ended)
                  && answerable.add(waiter.answer));
      hasWaiters = !waiters.isEmpty();
    }
    return answerable;
  }
}
