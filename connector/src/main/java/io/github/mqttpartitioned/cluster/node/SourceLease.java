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
 * One source that a node has been told to hold partitions of, by one run of its query, for as long
 * as the driver keeps asking. A lease that has run out once does not come back, however late the
 * driver's next question is read: a JVM that was paused finds it in its sockets when it wakes up.
 *
 * <p>Thread-safe.
 */
final class SourceLease implements LeaseCheck {

  /** Someone who waits for the version to change. */
  private record Waiter(long seen, long until, Runnable answer) {}

  private final SourceSettings settings;
  private final long epoch;
  private final long registrationId;
  private final long limitNanos;
  private final LongSupplier nanoTime;
  private final Runnable whenChanged;
  private final AtomicLong version = new AtomicLong();
  private volatile long contact;
  private volatile boolean ended;
  private volatile boolean hasWaiters;
  private volatile PartitionLocations locations = PartitionLocations.UNKNOWN;
  private final List<Waiter> waiters = new ArrayList<>();

  /**
   * @param whenChanged has {@link #takeAnswerable} called soon; not called while nobody waits
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

  /**
   * The driver has asked something.
   *
   * @return false when that was too late
   */
  synchronized boolean renew() {
    if (isOver()) {
      return false;
    }
    contact = nanoTime.getAsLong();
    return true;
  }

  /** Ends the lease now. */
  void end() {
    ended = true;
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

  /** Has {@code answer} run once the version is not {@code seen} any more, or it is late. */
  void await(long seen, Duration longest, Runnable answer) {
    synchronized (waiters) {
      waiters.add(new Waiter(seen, nanoTime.getAsLong() + longest.toNanos(), answer));
      hasWaiters = true;
    }
    whenChanged.run();
  }

  /** Those who can be answered now; they wait no longer. */
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
