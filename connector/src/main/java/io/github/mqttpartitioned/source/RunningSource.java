package io.github.mqttpartitioned.source;

import io.github.mqttpartitioned.coordinator.Coordinator;
import io.github.mqttpartitioned.model.LogExtent;
import io.github.mqttpartitioned.model.OffsetRange;
import io.github.mqttpartitioned.model.PartitionStatus;
import io.github.mqttpartitioned.model.SourceSettings;
import io.github.mqttpartitioned.option.SourceOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The source from the first call that needs data until Spark stops it: its members are connected
 * and its stores open.
 */
final class RunningSource implements AutoCloseable {

  private final SourceSettings settings;
  private final Coordinator coordinator;
  private final DataLoss loss;
  private final SourceMeters meters;

  private RunningSource(
      SourceSettings settings, Coordinator coordinator, DataLoss loss, SourceMeters meters) {
    this.settings = settings;
    this.coordinator = coordinator;
    this.loss = loss;
    this.meters = meters;
  }

  /**
   * Connects all members.
   *
   * @param planned the highest offsets that Spark has ever planned
   * @throws RuntimeException when one of them cannot connect or a store cannot be used; nothing is
   *     left running then
   */
  static RunningSource start(
      ResolvedSource source, SourceOptions options, DataLoss loss, SourceOffset planned) {
    SourceSettings settings = source.settings();
    for (int partition = 0; partition < settings.partitions(); partition++) {
      boolean hadStore = source.begun() || planned.get(partition) > 0;
      if (hadStore
          && !source.host().storeExists().test(Path.of(settings.storeDir(), "p" + partition))) {
        loss.missing(partition, planned.get(partition));
      }
    }
    Coordinator coordinator = new Coordinator(settings, planned.toArray(), source.host().nodes());
    SourceMeters meters =
        SourceMeters.open(settings, coordinator, planned, loss::offsets, options.metricsPort());
    try {
      coordinator.start();
      List<LogExtent> extents = coordinator.extents();
      for (int partition = 0; partition < extents.size(); partition++) {
        loss.requireNotOlder(partition, planned.get(partition), extents.get(partition));
      }
      if (!source.begun()) {
        source.checkpoint().setBegun();
      }
    } catch (RuntimeException e) {
      meters.close();
      coordinator.close();
      throw e;
    }
    return new RunningSource(settings, coordinator, loss, meters);
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

  /** What the tasks of a batch read: a task for each partition that has something to read. */
  List<MqttInputPartition> plan(SourceOffset from, SourceOffset until) {
    List<LogExtent> extents = coordinator.extents();
    List<MqttInputPartition> tasks = new ArrayList<>();
    for (int partition = 0; partition < settings.partitions(); partition++) {
      OffsetRange planned = new OffsetRange(from.get(partition), until.get(partition));
      OffsetRange held = loss.held(partition, planned, extents.get(partition));
      if (!held.isEmpty()) {
        tasks.add(new MqttInputPartition(settings.sourceId(), settings.group(), partition, held));
      }
    }
    return tasks;
  }

  void trim(SourceOffset before) {
    coordinator.trim(before.toArray());
  }

  @Override
  public void close() {
    meters.close();
    coordinator.close();
  }
}
