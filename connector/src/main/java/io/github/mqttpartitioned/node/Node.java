package io.github.mqttpartitioned.node;

import io.github.mqttpartitioned.block.BlockSource;
import io.github.mqttpartitioned.coordinator.Assignment;
import io.github.mqttpartitioned.coordinator.NodeLink;
import io.github.mqttpartitioned.model.PartitionStatus;
import io.github.mqttpartitioned.model.SourceSettings;
import io.github.mqttpartitioned.receiver.Receiver;
import io.github.mqttpartitioned.store.PartitionStore;
import io.github.mqttpartitioned.store.StoreConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The receivers and stores of one JVM. In local mode it is the only node, and the coordinator calls
 * it directly. Thread-safe.
 */
public final class Node implements NodeLink {

  private static final Logger LOG = LoggerFactory.getLogger(Node.class);
  private static final Duration STOP_LIMIT = Duration.ofSeconds(30);
  private static final Node OF_THIS_JVM = new Node("driver");

  private final String name;
  private final Map<Key, Holding> holdings = new ConcurrentHashMap<>();

  private record Key(String sourceId, int partition) {}

  private record Holding(PartitionStore store, Receiver receiver) {}

  Node(String name) {
    this.name = name;
  }

  /** The node that tasks of this JVM read from. */
  public static Node ofThisJvm() {
    return OF_THIS_JVM;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public synchronized void assign(Assignment assignment) {
    SourceSettings settings = assignment.settings();
    int partition = assignment.partition();
    Key key = new Key(settings.sourceId(), partition);
    if (holdings.containsKey(key)) {
      throw new IllegalStateException(
          "Partition "
              + partition
              + " of source "
              + settings.sourceId()
              + " is held already: the same checkpoint is in use by another query of this"
              + " application. Stop that one first");
    }
    PartitionStore store =
        PartitionStore.open(
            new StoreConfig(
                Path.of(settings.storeDir(), "p" + partition),
                settings.sourceId(),
                partition,
                settings.storeMaxBytes(),
                assignment.firstOffset()));
    Receiver receiver = new Receiver(settings, partition, store);
    holdings.put(key, new Holding(store, receiver));
    receiver.start();
  }

  @Override
  public PartitionStatus status(String sourceId, int partition) {
    return holding(sourceId, partition).receiver().status();
  }

  @Override
  public void trim(String sourceId, int partition, long before) {
    holding(sourceId, partition).receiver().trim(before);
  }

  @Override
  public void processed(String sourceId, int partition, long before) {
    holding(sourceId, partition).receiver().processed(before);
  }

  /**
   * What tasks of this JVM read a partition from.
   *
   * @throws IllegalStateException when this node does not hold the partition
   */
  public BlockSource blocks(String sourceId, int partition) {
    return holding(sourceId, partition).store();
  }

  @Override
  public void release(String sourceId) {
    List<Holding> released = new ArrayList<>();
    synchronized (this) {
      holdings
          .entrySet()
          .removeIf(
              entry ->
                  entry.getKey().sourceId().equals(sourceId) && released.add(entry.getValue()));
    }
    released.forEach(holding -> holding.receiver().stop());
    released.forEach(this::finish);
  }

  /** Waits for the receiver, even when interrupted: its store must not close under it. */
  private void finish(Holding holding) {
    boolean interrupted = Thread.interrupted();
    long deadline = System.nanoTime() + STOP_LIMIT.toNanos();
    boolean ended = false;
    for (long left = STOP_LIMIT.toNanos();
        !ended && left > 0;
        left = deadline - System.nanoTime()) {
      try {
        ended = holding.receiver().join(Duration.ofNanos(left).plusMillis(1));
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (ended) {
      holding.store().close();
    } else {
      LOG.warn("A receiver of {} has not stopped within {} s", name, STOP_LIMIT.toSeconds());
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private Holding holding(String sourceId, int partition) {
    @Nullable Holding holding = holdings.get(new Key(sourceId, partition));
    if (holding == null) {
      throw new IllegalStateException(
          "Node " + name + " does not hold partition " + partition + " of source " + sourceId);
    }
    return holding;
  }
}
