// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.cluster.node;

import io.github.mqttpartitioned.block.BlockSource;
import io.github.mqttpartitioned.cluster.Assignment;
import io.github.mqttpartitioned.cluster.NodeAddress;
import io.github.mqttpartitioned.cluster.PartitionLocations;
import io.github.mqttpartitioned.cluster.coordinator.NodeLink;
import io.github.mqttpartitioned.metrics.PrometheusText;
import io.github.mqttpartitioned.metrics.ReadMeters;
import io.github.mqttpartitioned.receiver.LeaseCheck;
import io.github.mqttpartitioned.receiver.PartitionStatus;
import io.github.mqttpartitioned.store.PartitionStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The receivers and stores of one JVM. In local mode it is the only node, and the coordinator calls
 * it directly; in an executor {@link NodeHost} stands between. Thread-safe.
 */
public final class Node implements NodeLink {

  private static final Node OF_THIS_JVM = new Node(new NodeAddress("driver", "localhost", 0));

  private volatile NodeAddress address;
  private final Map<Key, HostedPartition> holdings = new ConcurrentHashMap<>();

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
  public boolean hasStore(Assignment assignment) {
    return PartitionStore.exists(assignment.directory());
  }

  @Override
  public void assign(Assignment assignment) {
    HostedPartition holding = hold(assignment, LeaseCheck.ENDLESS);
    try {
      holding.open();
    } catch (RuntimeException | Error e) {
      drop(holding);
      throw e;
    }
  }

  /**
   * Begins to hold a partition, for as long as {@code tenure} allows. Does not wait: the caller
   * opens the holding, and drops it when that fails. What is asked of the partition meanwhile is
   * kept for it.
   *
   * @throws IllegalStateException when the partition is held already
   */
  HostedPartition hold(Assignment assignment, LeaseCheck tenure) {
    Key key = new Key(assignment.settings().sourceId(), assignment.partition());
    HostedPartition holding =
        new HostedPartition(assignment, tenure, address.name(), HostedPartition.STOP_LIMIT);
    if (holdings.putIfAbsent(key, holding) != null) {
      throw new IllegalStateException(
          "This node holds partition " + key.partition + " of source " + key.sourceId + " already");
    }
    return holding;
  }

  /** Ends a holding, unless it has been released already. */
  void drop(HostedPartition holding) {
    if (holdings.values().removeIf(holding::equals)) {
      end(List.of(holding));
    }
  }

  @Override
  public @Nullable PartitionStatus status(String sourceId, int partition) {
    return holding(sourceId, partition).status();
  }

  /** How all partitions of a source are that are held and open. */
  Map<Integer, PartitionStatus> status(String sourceId) {
    Map<Integer, PartitionStatus> all = new TreeMap<>();
    holdings.forEach(
        (key, holding) -> {
          PartitionStatus status = holding.status();
          if (status != null && key.sourceId.equals(sourceId)) {
            all.put(key.partition, status);
          }
        });
    return all;
  }

  @Override
  public void trim(String sourceId, int partition, long before) {
    holding(sourceId, partition).trim(before);
  }

  @Override
  public String scrape() {
    return PrometheusText.scrape();
  }

  @Override
  public void processed(String sourceId, int partition, long before) {
    holding(sourceId, partition).processed(before);
  }

  /**
   * What tasks of this JVM read a partition from, if it is held here.
   *
   * @return empty when another node holds it, or none
   */
  public Optional<BlockSource> blocks(String sourceId, int partition) {
    return Optional.ofNullable(holdings.get(new Key(sourceId, partition)))
        .flatMap(HostedPartition::store);
  }

  /** Does nothing: whoever reads in this JVM finds its partitions by {@link #blocks}. */
  @Override
  public void announce(String sourceId, PartitionLocations whereabouts) {}

  @Override
  public void release(String sourceId, int partition) {
    end(take(sourceId, partition));
  }

  /**
   * Holds a partition no longer. Does not wait: the caller {@linkplain #end ends} what there was.
   */
  List<HostedPartition> take(String sourceId, int partition) {
    HostedPartition taken = holdings.remove(new Key(sourceId, partition));
    return taken == null ? List.of() : List.of(taken);
  }

  @Override
  public void release(String sourceId) {
    List<HostedPartition> released = new ArrayList<>();
    holdings
        .entrySet()
        .removeIf(
            entry -> entry.getKey().sourceId.equals(sourceId) && released.add(entry.getValue()));
    end(released);
    ReadMeters.release(sourceId);
  }

  /** Stops the receivers and closes the stores of what has been taken away; waits for that. */
  static void end(List<HostedPartition> taken) {
    taken.forEach(HostedPartition::stop);
    taken.forEach(HostedPartition::finish);
  }

  private HostedPartition holding(String sourceId, int partition) {
    HostedPartition holding = holdings.get(new Key(sourceId, partition));
    if (holding == null) {
      throw new IllegalStateException(
          "This node does not hold partition " + partition + " of source " + sourceId);
    }
    return holding;
  }
}
