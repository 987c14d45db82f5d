// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.stream;

import io.github.mqttpartitioned.block.LogExtent;
import io.github.mqttpartitioned.block.OffsetRange;
import io.github.mqttpartitioned.cluster.PartitionAssignments;
import io.github.mqttpartitioned.cluster.coordinator.Coordinator;
import io.github.mqttpartitioned.option.AckMode;
import io.github.mqttpartitioned.option.SourceOptions;
import io.github.mqttpartitioned.option.SourceSettings;
import io.github.mqttpartitioned.receiver.PartitionStatus;
import io.github.mqttpartitioned.receiver.PartitionStatus.State;
import io.github.mqttpartitioned.receiver.Progress;
import io.github.mqttpartitioned.spark.checkpoint.SourceCheckpoint;
import io.github.mqttpartitioned.spark.checkpoint.SourceIdentity;
import io.github.mqttpartitioned.spark.read.MqttInputPartition;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The source from the first call that needs data until Spark stops it: its members are connected
 * and its stores open.
 */
final class RunningSource implements AutoCloseable {

  /** Ids of the sources that this application runs. */
  private static final Set<String> RUNNING = ConcurrentHashMap.newKeySet();

  private final SourceSettings settings;
  private final Coordinator coordinator;
  private final DataLoss loss;
  private final SourceMeters meters;
  private final @Nullable ProcessedAcks acknowledging;

  private RunningSource(
      SourceSettings settings,
      Coordinator coordinator,
      DataLoss loss,
      SourceMeters meters,
      @Nullable ProcessedAcks acknowledging) {
    this.settings = settings;
    this.coordinator = coordinator;
    this.loss = loss;
    this.meters = meters;
    this.acknowledging = acknowledging;
  }

  /**
   * Connects all members; in a cluster those whose host is there, if the query has run before.
   *
   * @param planned the highest offsets that Spark has ever planned
   * @throws RuntimeException when one of them cannot connect or a store cannot be used; nothing is
   *     left running then
   */
  static RunningSource start(
      ResolvedSource source, SourceOptions options, DataLoss loss, SourceOffset planned) {
    SourceSettings settings = source.settings();
    if (!RUNNING.add(settings.sourceId())) {
      throw new IllegalStateException(
          "Source "
              + settings.sourceId()
              + " is running already: checkpoint "
              + source.checkpoint()
              + " is in use by another query of this application. Stop that one first");
    }
    try {
      // What the broker delivers again need not be waited for, unless the user wants that.
      Duration recovery =
          loss.policy().redelivered() && !options.isStoreRecoveryTimeoutGiven()
              ? Duration.ZERO
              : options.storeRecoveryTimeout();
      Coordinator coordinator = coordinator(source, loss, planned, recovery);
      return begin(coordinator, source, options, loss, planned);
    } catch (RuntimeException e) {
      RUNNING.remove(settings.sourceId());
      throw e;
    }
  }

  private static Coordinator coordinator(
      ResolvedSource source, DataLoss loss, SourceOffset planned, Duration recoveryTimeout) {
    SourceSettings settings = source.settings();
    SourceCheckpoint checkpoint = source.checkpoint();
    PartitionAssignments holders =
        checkpoint
            .holders()
            .orElse(PartitionAssignments.none(settings.partitions()))
            .withPartitions(settings.partitions())
            .nextEpoch();
    checkpoint.write(holders);
    boolean[] hadStore = new boolean[settings.partitions()];
    for (int partition = 0; partition < hadStore.length; partition++) {
      hadStore[partition] = partition < source.identity().begun() || planned.get(partition) > 0;
    }
    return new Coordinator(
        settings,
        source.host().nodes().open(settings, holders.epoch()),
        holders,
        checkpoint::write,
        planned.toArray(),
        hadStore,
        loss,
        recoveryTimeout);
  }

  private static RunningSource begin(
      Coordinator coordinator,
      ResolvedSource source,
      SourceOptions options,
      DataLoss loss,
      SourceOffset planned) {
    SourceSettings settings = source.settings();
    SourceIdentity identity = source.identity();
    SourceMeters meters = null;
    try {
      meters =
          SourceMeters.open(settings, coordinator, planned, loss::offsets, options.metricsPort());
      coordinator.start(identity.begun() == 0);
      // A member whose store is full may not have come to its subscriptions yet.
      SourceIdentity now =
          identity.connected(
              coordinator.status().stream().allMatch(each -> each.counts().connections() > 0));
      if (!identity.equals(now)) {
        source.checkpoint().write(now);
      }
      ProcessedAcks acknowledging =
          settings.ackMode() == AckMode.PROCESSED
              ? new ProcessedAcks(source, now, coordinator, stored(coordinator.status()))
              : null;
      return new RunningSource(settings, coordinator, loss, meters, acknowledging);
    } catch (RuntimeException e) {
      if (meters != null) {
        meters.close();
      }
      boolean connected = false;
      try {
        connected = coordinator.status().stream().anyMatch(each -> each.counts().connections() > 0);
      } finally {
        coordinator.close();
      }
      if (connected) {
        noteConnected(source, e);
      }
      throw e;
    }
  }

  /**
   * Of a start that fails: members that were connected may have taken messages over. What was to
   * stop the start, an interrupt perhaps, shall not stop this.
   */
  private static void noteConnected(ResolvedSource source, RuntimeException failure) {
    SourceIdentity connected = source.identity().connected(false);
    if (source.identity().equals(connected)) {
      return;
    }
    boolean interrupted = Thread.interrupted();
    try {
      source.checkpoint().write(connected);
    } catch (RuntimeException e) {
      failure.addSuppressed(e);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** What is stored; without an end where a store cannot be looked into, for its host is away. */
  private static SourceOffset stored(List<PartitionStatus> status) {
    return SourceOffset.of(
        status.stream()
            .mapToLong(
                each -> each.state() == State.WAITING ? Long.MAX_VALUE : each.extent().next())
            .toArray());
  }

  /** To be told how Spark gets on. */
  SourceMeters meters() {
    return meters;
  }

  String sourceId() {
    return settings.sourceId();
  }

  List<LogExtent> extents() {
    return coordinator.extents();
  }

  /**
   * How each partition is doing.
   *
   * @throws RuntimeException the failure of a partition that has stopped for good
   */
  List<PartitionStatus> status() {
    coordinator.extents();
    return coordinator.status();
  }

  /**
   * What can be planned up to: what is stored, and for a partition that waits for its host no more
   * than there was, so that the others go on.
   *
   * @throws RuntimeException the failure of a partition that has stopped for good
   */
  SourceOffset available(SourceOffset from) {
    List<PartitionStatus> status = status();
    long[] available = from.toArray();
    for (int partition = 0; partition < available.length; partition++) {
      if (status.get(partition).state() != State.WAITING) {
        available[partition] =
            Math.max(available[partition], status.get(partition).extent().next());
      }
    }
    return SourceOffset.of(available);
  }

  /**
   * Takes from an end what is not stored: a store in the place of one that is lost begins with less
   * than there was. Where there is none now, the end stays, and the batch waits.
   */
  SourceOffset withinStores(SourceOffset end) {
    List<PartitionStatus> status = status();
    long[] within = end.toArray();
    for (int partition = 0; partition < within.length; partition++) {
      if (status.get(partition).state() != State.WAITING) {
        within[partition] = Math.min(within[partition], status.get(partition).extent().next());
      }
    }
    return SourceOffset.of(within);
  }

  /**
   * Leaves the last message of a store that fills up to a batch of its own. Only a batch that is
   * planned behind another permits to trim that one; would a batch take everything that a full
   * store holds, there would be no other one: no room, so no message, so no trim.
   *
   * @param until may lie behind what is stored, but not before {@code from}
   */
  SourceOffset sparingFullStores(SourceOffset from, SourceOffset until) {
    List<PartitionStatus> status = status();
    long[] spared = until.toArray();
    for (int partition = 0; partition < spared.length; partition++) {
      PartitionStatus each = status.get(partition);
      boolean takesAll = spared[partition] == each.extent().next();
      if (takesAll && spared[partition] - from.get(partition) > 1 && fillsUp(each)) {
        spared[partition]--;
      }
    }
    return SourceOffset.of(spared);
  }

  /**
   * Whether a store could be full before anything is stored behind what it holds now: one append
   * takes at most a quarter of it.
   */
  private boolean fillsUp(PartitionStatus status) {
    return status.state() == State.STORE_FULL || status.storeBytes() > settings.storeMaxBytes() / 2;
  }

  /** Whether a member waits for room: it must not be waited for. */
  boolean isStoreFull() {
    return status().stream().anyMatch(each -> each.state() == State.STORE_FULL);
  }

  /** Takes note of what Spark is told: it may be in its log at once. */
  void planned(SourceOffset until) {
    coordinator.planned(until.toArray());
  }

  /**
   * What the tasks of a batch read: a task for each partition that has something to read. One whose
   * partition waits for its host will wait, too.
   */
  List<MqttInputPartition> plan(SourceOffset from, SourceOffset until) {
    planned(until);
    List<PartitionStatus> status = status();
    List<MqttInputPartition> tasks = new ArrayList<>();
    for (int partition = 0; partition < settings.partitions(); partition++) {
      OffsetRange planned = new OffsetRange(from.get(partition), until.get(partition));
      boolean waiting = status.get(partition).state() == State.WAITING;
      OffsetRange held =
          waiting ? planned : loss.held(partition, planned, status.get(partition).extent());
      if (!held.isEmpty()) {
        tasks.add(
            new MqttInputPartition(
                settings.sourceId(),
                settings.group(),
                partition,
                held,
                coordinator.hostingNode(partition).orElse(null)));
      }
    }
    if (acknowledging != null) {
      acknowledging.planned(until);
    }
    return tasks;
  }

  /** Every batch up to {@code before} is complete, and no other one is under way. */
  void processed(SourceOffset before) {
    if (acknowledging != null) {
      acknowledging.processed(before);
    }
  }

  void trim(SourceOffset before) {
    coordinator.progress(partition -> Progress.ofTrim(before.get(partition)));
  }

  @Override
  public void close() {
    if (acknowledging != null) {
      acknowledging.close();
    }
    meters.close();
    coordinator.close();
    RUNNING.remove(settings.sourceId());
  }
}
