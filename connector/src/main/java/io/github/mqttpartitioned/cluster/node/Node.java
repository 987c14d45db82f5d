// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.cluster.node;

import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_PARTITION_ALREADY_HOSTED;
import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_PARTITION_NOT_HOSTED;

import io.github.mqttpartitioned.block.BlockSource;
import io.github.mqttpartitioned.cluster.ClusterTimeouts;
import io.github.mqttpartitioned.cluster.NodeAddress;
import io.github.mqttpartitioned.cluster.PartitionAssignment;
import io.github.mqttpartitioned.cluster.PartitionLocations;
import io.github.mqttpartitioned.cluster.coordinator.NodeLink;
import io.github.mqttpartitioned.metrics.PrometheusText;
import io.github.mqttpartitioned.metrics.ReadMeters;
import io.github.mqttpartitioned.option.settings.SourceSettings;
import io.github.mqttpartitioned.receiver.LeaseCheck;
import io.github.mqttpartitioned.receiver.PartitionStatus;
import io.github.mqttpartitioned.receiver.Progress;
import io.github.mqttpartitioned.store.PartitionStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The receivers and stores of one JVM. In local mode it is the only node, and the coordinator calls
 * it directly; in an executor {@link NodeHost} stands between. Thread-safe.
 */
public final class Node implements NodeLink {

  private static final Node OF_THIS_JVM = new Node(new NodeAddress("driver", "localhost", 0));

  private volatile NodeAddress address;
  private final Map<Key, HostedPartition> hosted = new ConcurrentHashMap<>();

  private record Key(String sourceId, int partition) {}

  Node(NodeAddress address) {
    this.address = address;
  }

  /** The node that tasks of this JVM read from. */
  public static Node ofThisJvm() {
    return OF_THIS_JVM;
  }

  @Override
  public NodeAddress address() {
    return address;
  }

  /** Gives the node the name by which others know it. */
  void setAddress(NodeAddress known) {
    address = known;
  }

  @Override
  public boolean hasStore(SourceSettings settings, PartitionAssignment assignment) {
    return PartitionStore.exists(assignment.directory(settings.storeDir()));
  }

  @Override
  public void assign(SourceSettings settings, PartitionAssignment assignment) {
    HostedPartition added = host(settings, assignment, LeaseCheck.ENDLESS);
    try {
      added.open();
    } catch (RuntimeException | Error e) {
      drop(added);
      throw e;
    }
  }

  /**
   * Begins to host a partition, for as long as the lease allows. Does not wait: the caller opens
   * the partition, and drops it when that fails. What is asked of the partition meanwhile is kept
   * for it.
   *
   * @throws IllegalStateException when the node hosts the partition already
   */
  HostedPartition host(SourceSettings settings, PartitionAssignment assignment, LeaseCheck lease) {
    ReadMeters.keep(settings.sourceId());
    Key key = new Key(settings.sourceId(), assignment.partition());
    HostedPartition added = new HostedPartition(settings, assignment, lease, address.name());
    if (hosted.putIfAbsent(key, added) != null) {
      throw new IllegalStateException(
          MQTT_PARTITION_ALREADY_HOSTED.message(
              """
              Node %s hosts partition %d of source %s already, so it cannot open it a second time. \
              Stop the other query that runs on this checkpoint."""
                  .formatted(address, key.partition, key.sourceId)));
    }
    return added;
  }

  /** Gives a partition back, unless it has been released already. */
  void drop(HostedPartition partition) {
    if (hosted.values().removeIf(partition::equals)) {
      end(List.of(partition));
    }
  }

  @Override
  public @Nullable PartitionStatus status(String sourceId, int partition) {
    return require(sourceId, partition).status();
  }

  /** How all partitions of a source are that are hosted here and open. */
  Map<Integer, PartitionStatus> status(String sourceId) {
    Map<Integer, PartitionStatus> all = new TreeMap<>();
    hosted.forEach(
        (key, partition) -> {
          PartitionStatus status = partition.status();
          if (status != null && key.sourceId.equals(sourceId)) {
            all.put(key.partition, status);
          }
        });
    return all;
  }

  @Override
  public void progress(String sourceId, int partition, Progress progress) {
    require(sourceId, partition).progress(progress);
  }

  @Override
  public String scrape() {
    return PrometheusText.scrape();
  }

  /**
   * What tasks of this JVM read a partition from, if it is hosted here.
   *
   * @return empty when another node hosts it, or none
   */
  public Optional<BlockSource> blocks(String sourceId, int partition) {
    return store(sourceId, partition).map(Function.identity());
  }

  /** As {@link #blocks}, for those that wait for more, or look for more than blocks. */
  public Optional<PartitionStore> store(String sourceId, int partition) {
    return Optional.ofNullable(hosted.get(new Key(sourceId, partition)))
        .flatMap(HostedPartition::store);
  }

  /** Does nothing: tasks of this JVM find its partitions by {@link #blocks}. */
  @Override
  public void publishLocations(String sourceId, PartitionLocations locations) {}

  @Override
  public void release(String sourceId, int partition) {
    end(take(sourceId, partition));
  }

  /** Takes a partition out. Does not wait: the caller {@linkplain #end ends} what is returned. */
  List<HostedPartition> take(String sourceId, int partition) {
    HostedPartition taken = hosted.remove(new Key(sourceId, partition));
    return taken == null ? List.of() : List.of(taken);
  }

  @Override
  public void release(String sourceId) {
    endWithQuery(take(sourceId));
  }

  /** Takes all partitions of a source out, as {@link #take(String, int)} does. */
  List<HostedPartition> take(String sourceId) {
    List<HostedPartition> taken = new ArrayList<>();
    hosted
        .entrySet()
        .removeIf(entry -> entry.getKey().sourceId.equals(sourceId) && taken.add(entry.getValue()));
    ReadMeters.release(sourceId);
    return taken;
  }

  /**
   * Stops the receivers of partitions that have been taken out, all at once, and closes their
   * stores. Waits for that, for all of them no longer than {@link ClusterTimeouts#STOP}.
   */
  static void end(List<HostedPartition> taken) {
    taken.forEach(HostedPartition::stop);
    long deadline = System.nanoTime() + ClusterTimeouts.STOP.toNanos();
    taken.forEach(partition -> partition.finish(deadline));
  }

  /** As {@link #end}, because the query of the partitions stops. */
  static void endWithQuery(List<HostedPartition> taken) {
    taken.forEach(HostedPartition::stopWithQuery);
    end(taken);
  }

  private HostedPartition require(String sourceId, int partition) {
    HostedPartition present = hosted.get(new Key(sourceId, partition));
    if (present == null) {
      throw new IllegalStateException(
          MQTT_PARTITION_NOT_HOSTED.message(
              "Node %s does not host partition %d of source %s"
                  .formatted(address, partition, sourceId)));
    }
    return present;
  }
}
