// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.metrics;

import io.github.mqttpartitioned.sender.SenderListener;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What the tasks of this JVM have sent as one partition of a sink. The meters begin with the first
 * task, and end when no task has sent anything for {@link #IDLE}. Thread-safe.
 */
public final class SinkMeters implements SenderListener {

  /** Longer than the pause between two batches of most queries: a counter should not restart. */
  static final Duration IDLE = Duration.ofHours(1);

  private static final Map<Key, SinkMeters> ALL = new ConcurrentHashMap<>();

  private record Key(String group, int partition) {}

  private final MeterSet meters;
  private final Counter sent;
  private final Counter sentBytes;
  private final Counter confirmed;
  private final Counter failed;
  private final AtomicLong inFlight = new AtomicLong();
  private final Timer delay;
  private volatile long usedNanos = System.nanoTime();

  private SinkMeters(String group, int partition, String node) {
    meters = new MeterSet(group, partition, node, SinkMeter.SENT);
    sent = meters.counter(SinkMeter.SENT);
    sentBytes = meters.counter(SinkMeter.SENT_BYTES);
    confirmed = meters.counter(SinkMeter.CONFIRMED);
    failed = meters.counter(SinkMeter.FAILED);
    meters.gauge(SinkMeter.INFLIGHT, inFlight, AtomicLong::doubleValue);
    delay = meters.timer(SinkMeter.DELAY);
  }

  /**
   * The meters of a partition, the same ones for all tasks.
   *
   * @param group prefix of the client identifiers
   * @param node id of this executor
   */
  public static SinkMeters of(String group, int partition, String node) {
    long now = System.nanoTime();
    removeIdle(now);
    SinkMeters meters =
        ALL.computeIfAbsent(
            new Key(group, partition), key -> new SinkMeters(group, partition, node));
    meters.usedNanos = now;
    return meters;
  }

  /** Removes the meters that no task has used for {@link #IDLE}. */
  static void removeIdle(long nowNanos) {
    ALL.values()
        .removeIf(
            meters -> {
              boolean over = nowNanos - meters.usedNanos >= IDLE.toNanos();
              if (over) {
                meters.meters.close();
              }
              return over;
            });
  }

  @Override
  public void sent(int messages, int bytes, int unconfirmed) {
    usedNanos = System.nanoTime();
    sent.increment(messages);
    sentBytes.increment(bytes);
    inFlight.addAndGet(unconfirmed);
  }

  @Override
  public void confirmed(int messages) {
    confirmed.increment(messages);
    inFlight.addAndGet(-messages);
  }

  @Override
  public void failed(int messages) {
    failed.increment(messages);
    inFlight.addAndGet(-messages);
  }

  @Override
  public void delayed(long nanos) {
    delay.record(nanos, TimeUnit.NANOSECONDS);
  }
}
