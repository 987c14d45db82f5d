// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.cluster.node;

import io.github.mqttpartitioned.cluster.PartitionLocations;
import io.github.mqttpartitioned.option.SourceSettings;
import io.github.mqttpartitioned.receiver.LeaseCheck;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * A node's permission to act for one source in one run of its query. Each request of the driver
 * renews it. A lease that has ended does not come back, however late the driver's next request is
 * read: a JVM that was paused finds it in its sockets when it wakes up.
 *
 * <p>Thread-safe.
 */
final class SourceLease implements LeaseCheck {

  /** A poll that waits for the version to change. */
  private record Waiter(long seen, long until, Runnable answer) {}

  private final SourceSettings settings;
  private final long epoch;
  private final long registrationId;
  private final long limitNanos;
  private final LongSupplier nanoTime;
  private final Runnable whenChanged;
  private final Object releasing = new Object();
  private final AtomicLong version = new AtomicLong();
  private volatile long contact;
  private volatile boolean ending;
  private volatile boolean ended;
  private volatile boolean hasWaiters;
  private volatile PartitionLocations locations = PartitionLocations.UNKNOWN;
  private final List<Waiter> waiters = new ArrayList<>();

  /**
   * @param whenChanged has {@link #takeAnswerable} called soon; not called while no poll waits
   */
  SourceLease(
      SourceSettings settings,
      long epoch,
      long registrationId,
      Duration limit,
      LongSupplier nanoTime,
      Runnable whenChanged) {
    this.settings = settings;
    this.epoch = epoch;
    this.registrationId = registrationId;
    this.limitNanos = limit.toNanos();
    this.nanoTime = nanoTime;
    this.whenChanged = whenChanged;
    this.contact = nanoTime.getAsLong();
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
    contact = nanoTime.getAsLong();
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
    if (!ended && nanoTime.getAsLong() - contact > limitNanos) {
      ended = true;
    }
    return ended;
  }

  @Override
  public void require() {
    if (isOver()) {
      throw new IllegalStateException(
          "The driver of source "
              + settings.sourceId()
              + " has not been heard of for "
              + limitNanos / 1_000_000
              + " ms, or has released the partition: another node may hold it now");
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
