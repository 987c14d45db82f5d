package io.github.mqttpartitioned.source;

import io.github.mqttpartitioned.coordinator.Coordinator;
import io.github.mqttpartitioned.model.AckMode;
import io.github.mqttpartitioned.model.LogExtent;
import io.github.mqttpartitioned.model.OffsetRange;
import io.github.mqttpartitioned.model.PartitionStatus;
import io.github.mqttpartitioned.model.SourceSettings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The source from the first call that needs data until Spark stops it: its members are connected
 * and its stores open.
 */
final class RunningSource implements AutoCloseable {

  private final SourceSettings settings;
  private final Coordinator coordinator;
  private final DataLoss loss;
  private final @Nullable Acknowledging acknowledging;

  private RunningSource(
      ResolvedSource source,
      SourceIdentity identity,
      Coordinator coordinator,
      DataLoss loss,
      SourceOffset stored) {
    this.settings = source.settings();
    this.coordinator = coordinator;
    this.loss = loss;
    this.acknowledging =
        settings.ackMode() == AckMode.PROCESSED
            ? new Acknowledging(source, identity, coordinator, stored)
            : null;
  }

  /**
   * Connects all members.
   *
   * @param planned the highest offsets that Spark has ever planned
   * @throws RuntimeException when one of them cannot connect or a store cannot be used; nothing is
   *     left running then
   */
  static RunningSource start(ResolvedSource source, DataLoss loss, SourceOffset planned) {
    SourceSettings settings = source.settings();
    SourceIdentity identity = source.identity();
    for (int partition = 0; partition < settings.partitions(); partition++) {
      boolean hadStore = partition < identity.begun() || planned.get(partition) > 0;
      if (hadStore
          && !source.host().storeExists().test(Path.of(settings.storeDir(), "p" + partition))) {
        loss.missing(partition, planned.get(partition));
      }
    }
    Coordinator coordinator = new Coordinator(settings, planned.toArray(), source.host().nodes());
    try {
      coordinator.start();
      List<LogExtent> extents = coordinator.extents();
      for (int partition = 0; partition < extents.size(); partition++) {
        loss.requireNotOlder(partition, planned.get(partition), extents.get(partition));
      }
      // A member whose store is full may not have come to its subscriptions yet.
      SourceIdentity now =
          identity.connected(
              coordinator.status().stream().allMatch(each -> each.counts().connections() > 0));
      if (!identity.equals(now)) {
        source.checkpoint().write(now);
      }
      return new RunningSource(source, now, coordinator, loss, next(extents));
    } catch (RuntimeException e) {
      coordinator.close();
      throw e;
    }
  }

  private static SourceOffset next(List<LogExtent> extents) {
    return SourceOffset.of(extents.stream().mapToLong(LogExtent::next).toArray());
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

  /** What the tasks of a batch read: a task for each partition that has something to read. */
  List<MqttInputPartition> plan(SourceOffset from, SourceOffset until) {
    List<LogExtent> extents = coordinator.extents();
    List<MqttInputPartition> tasks = new ArrayList<>();
    for (int partition = 0; partition < settings.partitions(); partition++) {
      OffsetRange planned = new OffsetRange(from.get(partition), until.get(partition));
      OffsetRange held = loss.held(partition, planned, extents.get(partition));
      if (!held.isEmpty()) {
        tasks.add(new MqttInputPartition(settings.sourceId(), partition, held));
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
    coordinator.trim(before.toArray());
  }

  @Override
  public void close() {
    if (acknowledging != null) {
      acknowledging.close();
    }
    coordinator.close();
  }
}
