// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.metrics;

import io.github.mqttpartitioned.receiver.CommitTimes;
import io.github.mqttpartitioned.receiver.PartitionStatus;
import io.github.mqttpartitioned.receiver.PartitionStatus.Counts;
import io.github.mqttpartitioned.receiver.PartitionStatus.State;
import io.github.mqttpartitioned.receiver.Receiver;
import io.micrometer.core.instrument.Timer;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The meters of a partition that this node hosts, from {@link #watch} until they are closed. The
 * receiver keeps its counts in any case, and a registry reads them when it asks. Only the times of
 * a group commit are recorded as they happen, by the receiver thread.
 */
public final class PartitionMeters implements CommitTimes, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(PartitionMeters.class);

  private final MeterSet meters;
  private final Timer append;
  private final Timer ackDelay;

  /**
   * @param group share name
   * @param node name of the node that hosts the partition
   */
  public PartitionMeters(String group, int partition, String node) {
    meters = new MeterSet(group, partition, node, SourceMeter.APPEND);
    if (meters.isTaken()) {
      LOG.warn(
          """
          Another query of this application has group {}, too: partition {} of this one has no \
          meters. Give each query a group of its own""",
          group,
          partition);
    }
    append = meters.timer(SourceMeter.APPEND);
    ackDelay = meters.timer(SourceMeter.ACK_DELAY);
  }

  /**
   * Shows how a receiver is doing, as long as the caller keeps a reference to it.
   *
   * @param storeMaxBytes maximum disk for its store
   */
  public void watch(Receiver watched, long storeMaxBytes) {
    counter(SourceMeter.RECEIVED, watched, Counts::received);
    counter(SourceMeter.RECEIVED_BYTES, watched, Counts::receivedBytes);
    counter(SourceMeter.STORED, watched, Counts::stored);
    counter(SourceMeter.DUPLICATES, watched, Counts::duplicates);
    counter(SourceMeter.TRIMMED, watched, Counts::trimmed);
    counter(SourceMeter.ACKS, watched, Counts::acknowledgements);
    counter(SourceMeter.RECONNECTS, watched, counts -> Math.max(0, counts.connections() - 1));
    counter(SourceMeter.DEAD_LETTERS, watched, Counts::deadLetters);
    counter(SourceMeter.REFUSALS, watched, Counts::refusals);
    counter(SourceMeter.BREACHES, watched, Counts::breaches);
    gauge(SourceMeter.CONNECTED, watched, status -> status.state() == State.CONNECTED ? 1 : 0);
    gauge(SourceMeter.STORE_BYTES, watched, PartitionStatus::storeBytes);
    meters.gauge(SourceMeter.STORE_MAX_BYTES, watched, unused -> (double) storeMaxBytes);
    meters.gauge(SourceMeter.INFLIGHT, watched, Receiver::inFlight);
  }

  private void counter(SourceMeter meter, Receiver watched, ToLongFunction<Counts> count) {
    meters.counter(meter, watched, source -> (double) count.applyAsLong(source.status().counts()));
  }

  private void gauge(SourceMeter meter, Receiver watched, ToLongFunction<PartitionStatus> value) {
    meters.gauge(meter, watched, source -> (double) value.applyAsLong(source.status()));
  }

  @Override
  public void appended(long nanos) {
    append.record(nanos, TimeUnit.NANOSECONDS);
  }

  @Override
  public void acknowledged(long nanos) {
    ackDelay.record(nanos, TimeUnit.NANOSECONDS);
  }

  @Override
  public void close() {
    meters.close();
  }
}
