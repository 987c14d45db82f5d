// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.store;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Those that wait for messages that a store does not hold yet: real-time tasks, here and on other
 * nodes. A commit wakes them. They hold nothing of the store while they wait.
 *
 * <p>Thread-safe.
 */
public final class OffsetWaiters {

  private final Set<Waiter> waiters = ConcurrentHashMap.newKeySet();
  private volatile long next;
  private volatile long highestAsked;
  private volatile StoreException.@Nullable Unusable closed;
  private volatile @Nullable RuntimeException ended;
  private volatile Runnable whenAny = () -> {};

  /** Equal to itself alone. */
  private static final class Waiter {
    private final long offset;
    private final CompletableFuture<Long> reached = new CompletableFuture<>();

    Waiter(long offset) {
      this.offset = offset;
    }
  }

  /**
   * @param next offset that the next message gets
   */
  OffsetWaiters(long next) {
    this.next = next;
  }

  /** Whether somebody waits: then the next message is not to wait for others. */
  public boolean isAny() {
    return !waiters.isEmpty();
  }

  /**
   * The highest offset that somebody has waited for, 0 if nobody has. A task that waits for an
   * offset has been given all below it; a task of another node has the last block on its way.
   */
  public long highestAsked() {
    return highestAsked;
  }

  /** Has {@code action} run each time that somebody begins to wait. It must not block. */
  public void whenAny(Runnable action) {
    whenAny = action;
  }

  /**
   * Waits for a message.
   *
   * @param offset behind the last message known
   * @return completed with the offset behind the last message, once that is above {@code offset};
   *     fails with {@link StoreException.Unusable} when the store is closed before, and as {@link
   *     #end} says when nothing more is written. The writer's thread completes it, before what it
   *     stored is acknowledged, so what follows must not block. A caller that gives up cancels it
   */
  public CompletableFuture<Long> whenBeyond(long offset) {
    Waiter waiter = new Waiter(offset);
    highestAsked = Math.max(highestAsked, offset);
    waiters.add(waiter);
    Future<?> unused = waiter.reached.whenComplete((reached, failure) -> waiters.remove(waiter));
    // What happened before the waiter was there does not wake it.
    wake(waiter);
    if (!waiter.reached.isDone()) {
      whenAny.run();
    }
    return waiter.reached;
  }

  /**
   * Waits for a message.
   *
   * @return the offset behind the last message; {@code offset} if the time is over
   * @throws StoreException.Unusable when the store is closed
   * @throws RuntimeException why nothing more is written, see {@link #end}
   */
  long await(long offset, Duration limit) throws InterruptedException {
    CompletableFuture<Long> reached = whenBeyond(offset);
    try {
      return reached.get(limit.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      return offset;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      throw new IllegalStateException(e);
    } finally {
      reached.cancel(false);
    }
  }

  /** Wakes those that wait for less than what is stored now. */
  void stored(long nextOffset) {
    next = nextOffset;
    waiters.forEach(this::wake);
  }

  /**
   * Tells those that wait, now and later, that the store gets nothing more, though it stays open.
   * What it holds is read before.
   */
  public void end(RuntimeException why) {
    ended = why;
    waiters.forEach(this::wake);
  }

  /** Wakes all: the store cannot be read any more. */
  void close(StoreException.Unusable why) {
    closed = why;
    waiters.forEach(this::wake);
  }

  private void wake(Waiter waiter) {
    StoreException.Unusable unusable = closed;
    RuntimeException over = ended;
    long stored = next;
    if (unusable != null) {
      waiter.reached.completeExceptionally(unusable);
    } else if (waiter.offset < stored) {
      waiter.reached.complete(stored);
    } else if (over != null) {
      waiter.reached.completeExceptionally(over);
    }
  }
}
