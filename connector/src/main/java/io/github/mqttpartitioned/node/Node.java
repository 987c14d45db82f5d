package io.github.mqttpartitioned.node;

import io.github.mqttpartitioned.block.BlockSource;
import io.github.mqttpartitioned.coordinator.Assignment;
import io.github.mqttpartitioned.coordinator.NodeLink;
import io.github.mqttpartitioned.metrics.PrometheusText;
import io.github.mqttpartitioned.metrics.ReadMeters;
import io.github.mqttpartitioned.model.NodeAddress;
import io.github.mqttpartitioned.model.PartitionStatus;
import io.github.mqttpartitioned.model.Whereabouts;
import io.github.mqttpartitioned.receiver.Tenure;
import io.github.mqttpartitioned.store.PartitionStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The receivers and stores of one JVM. In local mode it is the only node, and the coordinator calls
 * it directly; in an executor {@link NodeHost} stands between. Thread-safe.
 */
public final class Node implements NodeLink {

  private static final Node OF_THIS_JVM = new Node(new NodeAddress("driver", "localhost", 0));

  private volatile NodeAddress address;
  private final Map<Key, Holding> holdings = new ConcurrentHashMap<>();

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
    assign(assignment, Tenure.ENDLESS);
  }

  /** As {@link #assign(Assignment)}, for as long as {@code tenure} allows. */
  void assign(Assignment assignment, Tenure tenure) {
    String sourceId = assignment.settings().sourceId();
    Key key = new Key(sourceId, assignment.partition());
    Holding holding = new Holding(assignment, tenure, address.name(), Holding.STOP_LIMIT);
    if (holdings.putIfAbsent(key, holding) != null) {
      throw new IllegalStateException(
          "This node holds partition " + key.partition + " of source " + sourceId + " already");
    }
    try {
      holding.open();
    } catch (RuntimeException | Error e) {
      holdings.remove(key, holding);
      throw e;
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
    return Optional.ofNullable(holdings.get(new Key(sourceId, partition))).flatMap(Holding::store);
  }

  /** Does nothing: whoever reads in this JVM finds its partitions by {@link #blocks}. */
  @Override
  public void announce(String sourceId, Whereabouts whereabouts) {}

  @Override
  public void release(String sourceId, int partition) {
    release(key -> key.equals(new Key(sourceId, partition)));
  }

  @Override
  public void release(String sourceId) {
    release(key -> key.sourceId.equals(sourceId));
    ReadMeters.release(sourceId);
  }

  private void release(Predicate<Key> which) {
    List<Holding> released = new ArrayList<>();
    holdings
        .entrySet()
        .removeIf(entry -> which.test(entry.getKey()) && released.add(entry.getValue()));
    released.forEach(Holding::stop);
    released.forEach(Holding::finish);
  }

  private Holding holding(String sourceId, int partition) {
    Holding holding = holdings.get(new Key(sourceId, partition));
    if (holding == null) {
      throw new IllegalStateException(
          "This node does not hold partition " + partition + " of source " + sourceId);
    }
    return holding;
  }
}
