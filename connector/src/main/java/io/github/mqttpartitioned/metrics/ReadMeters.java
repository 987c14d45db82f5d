// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiPredicate;

/**
 * What the tasks of this JVM have read of a partition, whichever node hosts it. The meters begin
 * with the first task. They end when the node of this JVM releases the source. In a JVM that has no
 * node for the source nobody says when the query ends: there they end after {@link #IDLE} without a
 * read.
 *
 * <p>Thread-safe.
 */
public final class ReadMeters {

  /** Longer than the pause between two batches of most queries: a counter should not restart. */
  static final Duration IDLE = Duration.ofHours(1);

  private static final Duration SWEEP = IDLE.dividedBy(6);
  private static final Map<Key, ReadMeters> ALL = new ConcurrentHashMap<>();

  /** Ids of the sources that this JVM has a node for. */
  private static final Set<String> HOSTED = ConcurrentHashMap.newKeySet();

  /** Whether a thread looks for idle meters; the monitor that it sleeps on. */
  private static final AtomicBoolean SWEEPER = new AtomicBoolean();

  private record Key(String sourceId, int partition) {}

  private final MeterSet meters;
  private final Counter rows;
  private final Counter bytes;
  private final Counter remoteRows;
  private final Timer latency;
  private volatile long usedNanos = System.nanoTime();

  private ReadMeters(String group, int partition, String node) {
    meters = new MeterSet(group, partition, node, SourceMeter.READ);
    rows = meters.counter(SourceMeter.READ);
    bytes = meters.counter(SourceMeter.READ_BYTES);
    remoteRows = meters.counter(SourceMeter.READ_REMOTE);
    latency = meters.timer(SourceMeter.LATENCY);
  }

  /**
   * The meters of a partition, the same ones for all tasks.
   *
   * @param node name of this JVM's node
   */
  public static ReadMeters of(String sourceId, String group, int partition, String node) {
    ReadMeters meters =
        ALL.computeIfAbsent(
            new Key(sourceId, partition), key -> new ReadMeters(group, partition, node));
    meters.usedNanos = System.nanoTime();
    sweepWhileNeeded();
    return meters;
  }

  /** Has a thread look for idle meters as long as there are meters. */
  private static void sweepWhileNeeded() {
    synchronized (SWEEPER) {
      if (SWEEPER.compareAndSet(false, true)) {
        Thread thread = new Thread(ReadMeters::sweep, "mqtt-read-meters");
        thread.setDaemon(true);
        thread.setContextClassLoader(ReadMeters.class.getClassLoader());
        thread.start();
      }
    }
  }

  private static void sweep() {
    synchronized (SWEEPER) {
      try {
        while (!ALL.isEmpty()) {
          TimeUnit.MILLISECONDS.timedWait(SWEEPER, SWEEP.toMillis());
          removeIdle(System.nanoTime());
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } finally {
        SWEEPER.set(false);
      }
    }
  }

  /** Keeps the meters of a source until {@link #release}: this JVM has a node for it. */
  public static void keep(String sourceId) {
    HOSTED.add(sourceId);
  }

  /** Removes the meters of a source that this JVM has no node for any more. */
  public static void release(String sourceId) {
    HOSTED.remove(sourceId);
    remove((id, meters) -> id.equals(sourceId));
    synchronized (SWEEPER) {
      SWEEPER.notifyAll();
    }
  }

  /** Removes the meters that nobody releases and no task has used for {@link #IDLE}. */
  static void removeIdle(long nowNanos) {
    remove((id, meters) -> !HOSTED.contains(id) && nowNanos - meters.usedNanos >= IDLE.toNanos());
  }

  private static void remove(BiPredicate<String, ReadMeters> over) {
    ALL.entrySet()
        .removeIf(
            entry -> {
              boolean removed = over.test(entry.getKey().sourceId(), entry.getValue());
              if (removed) {
                entry.getValue().meters.close();
              }
              return removed;
            });
  }

  /**
   * Counts a block.
   *
   * @param local whether the block lies in this JVM, and not on another node
   */
  public void read(int blockRows, int blockBytes, boolean local) {
    usedNanos = System.nanoTime();
    rows.increment(blockRows);
    bytes.increment(blockBytes);
    if (!local) {
      remoteRows.increment(blockRows);
    }
  }

  /**
   * Notes how long the first message of a block took from its receipt until a real-time task has
   * its row. The clocks of two hosts may differ, so it may be below 0, and counts as 0 then.
   */
  public void latency(long micros) {
    latency.record(Math.max(0, micros), TimeUnit.MICROSECONDS);
  }
}
