// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.stream;

import io.github.mqttpartitioned.block.LogExtent;
import io.github.mqttpartitioned.block.OffsetRange;
import io.github.mqttpartitioned.option.settings.SourceSettings;
import io.github.mqttpartitioned.spark.read.MqttInputPartition;
import io.github.mqttpartitioned.spark.stream.plan.SourceOffset;
import io.github.mqttpartitioned.spark.stream.plan.StoredMessages;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A source that runs: its members are connected and its stores open. {@link SourceStart} makes it.
 *
 * <p>Confined to the query's thread, except for {@link #offsetsLost}, {@link #meters} and {@link
 * #close}.
 */
final class RunningSource implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(RunningSource.class);

  private final SourceSettings settings;
  private final SourceClaim claim;
  private final SourcePartitions partitions;
  private final DataLoss loss;
  private final SourceMeters meters;
  private final @Nullable ProcessedAcks acks;

  /**
   * @param acks null if messages are acknowledged when they are stored
   */
  RunningSource(
      ResolvedSource source,
      SourceClaim claim,
      SourcePartitions partitions,
      DataLoss loss,
      SourceMeters meters,
      @Nullable ProcessedAcks acks) {
    this.settings = source.settings();
    this.claim = claim;
    this.partitions = partitions;
    this.loss = loss;
    this.meters = meters;
    this.acks = acks;
    LiveSources.add(settings.sourceId(), partitions);
  }

  SourceMeters meters() {
    return meters;
  }

  /** Offsets that were skipped because no store holds them. */
  long offsetsLost() {
    return loss.offsets();
  }

  /**
   * What the stores hold now.
   *
   * @throws RuntimeException the failure of a partition that has stopped for good
   */
  StoredMessages stored() {
    return partitions.stored();
  }

  /** As {@link #stored}, but a partition that has stopped for good shows what it held. */
  StoredMessages lastStored() {
    return partitions.lastStored();
  }

  /** Takes note of offsets that Spark is told of: it may write them to its log at once. */
  void planned(SourceOffset until) {
    partitions.planned(until);
  }

  /**
   * The tasks of a batch, one for each partition that has something to read. A task whose partition
   * waits for its host waits, too.
   *
   * @throws IllegalStateException if offsets are lost, and that fails the query
   */
  List<MqttInputPartition> tasks(SourceOffset from, SourceOffset until) {
    planned(until);
    StoredMessages stored = stored();
    List<MqttInputPartition> tasks = new ArrayList<>();
    for (int partition = 0; partition < settings.partitions(); partition++) {
      OffsetRange range = new OffsetRange(from.get(partition), until.get(partition));
      OffsetRange held =
          stored.isWaiting(partition)
              ? range
              : loss.held(partition, range, stored.partition(partition).extent());
      if (!held.isEmpty()) {
        tasks.add(task(partition, held));
      }
    }
    if (acks != null) {
      acks.planned(until);
    }
    return tasks;
  }

  /**
   * The tasks of a batch of {@code Trigger.RealTime}: one for each partition that may get messages
   * or has some. Each reads on from {@code from} until its time is over.
   *
   * @throws IllegalStateException if offsets are lost, and that fails the query
   */
  List<MqttInputPartition> openTasks(SourceOffset from) {
    StoredMessages stored = stored();
    List<MqttInputPartition> tasks = new ArrayList<>();
    for (int partition = 0; partition < settings.partitions(); partition++) {
      long begin = from.get(partition);
      if (!stored.isWaiting(partition)) {
        LogExtent extent = stored.partition(partition).extent();
        loss.requireNotOlder(partition, begin, extent);
        begin = loss.held(partition, new OffsetRange(begin, extent.next()), extent).from();
      }
      if (!stored.isExhausted(partition, begin)) {
        tasks.add(task(partition, new OffsetRange(begin, begin)));
      }
    }
    return tasks;
  }

  private MqttInputPartition task(int partition, OffsetRange range) {
    return new MqttInputPartition(
        settings.sourceId(),
        settings.group(),
        partition,
        range,
        partitions.host(partition).orElse(null));
  }

  /** Takes note that every batch up to {@code before} is complete, and that no other one runs. */
  void processed(SourceOffset before) {
    if (acks != null) {
      acks.processed(before);
    }
    meters.processed(before);
  }

  /** Allows the stores to drop what lies wholly before {@code before}. */
  void trim(SourceOffset before) {
    partitions.trim(before);
  }

  /** Stops the members and closes the stores. */
  @Override
  public void close() {
    LiveSources.remove(settings.sourceId());
    // Closed from right to left. When one of them fails, the others are closed all the same.
    try (claim;
        partitions;
        meters;
        acks) {
      LOG.debug("Source {} stops", settings.sourceId());
    }
  }
}
