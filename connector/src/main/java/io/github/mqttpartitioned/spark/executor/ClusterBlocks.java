// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.executor;

import io.github.mqttpartitioned.block.BlockCursor;
import io.github.mqttpartitioned.block.BlockSource;
import io.github.mqttpartitioned.block.DeadLetter;
import io.github.mqttpartitioned.block.OffsetRange;
import io.github.mqttpartitioned.cluster.NodeAddress;
import io.github.mqttpartitioned.cluster.PartitionLocations;
import io.github.mqttpartitioned.cluster.node.Node;
import io.github.mqttpartitioned.cluster.node.NodeHost;
import io.github.mqttpartitioned.cluster.rpc.NodeClients;
import io.github.mqttpartitioned.cluster.rpc.RemoteBlocks;
import io.github.mqttpartitioned.cluster.rpc.UnreachableException;
import io.github.mqttpartitioned.spark.read.MqttInputPartition;
import io.github.mqttpartitioned.spark.read.ResumingCursor;
import io.github.mqttpartitioned.store.StoreException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The blocks that a task reads on a cluster. If the task's own JVM hosts the partition, they come
 * from its store, otherwise from the node that hosts it. If that node is lost, even in the middle
 * of a read, the task continues with the next host, from the offset that it has reached. While
 * there is no host, the task waits, and requests a node for its own executor.
 *
 * <p>Confined to the task's thread.
 */
final class ClusterBlocks implements BlockSource, ResumingCursor.Place {

  private final MqttInputPartition input;
  private final Duration patience;
  private @Nullable NodeClients ownClients;
  private boolean local;

  /** When a read is to give up waiting for the partition; null for {@link #patience}. */
  private @Nullable Long deadline;

  /** The node that the task reads from: kept for what it has sent already. */
  private @Nullable RemoteBlocks remote;

  /**
   * @param patience how long to wait until the partition can be read
   */
  ClusterBlocks(MqttInputPartition input, Duration patience) {
    this.input = input;
    this.patience = patience;
  }

  @Override
  public boolean isLocal() {
    return local;
  }

  @Override
  public BlockCursor read(OffsetRange range) {
    return read(range, Duration.ZERO);
  }

  @Override
  public BlockCursor read(OffsetRange range, Duration hold) {
    return new ResumingCursor(this, range, hold);
  }

  /**
   * {@inheritDoc}
   *
   * <p>If the partition moves meanwhile, the task waits at its next host. No host for as long as
   * the limit is no failure: the next batch goes on.
   */
  @Override
  public long awaitBeyond(long offset, Duration limit) throws InterruptedException {
    long deadline = System.nanoTime() + limit.toNanos();
    ResumingCursor.Wait wait = null;
    while (true) {
      long left = deadline - System.nanoTime();
      if (left <= 0) {
        return offset;
      }
      try {
        return source().awaitBeyond(offset, Duration.ofNanos(left));
      } catch (UnreachableException | StoreException.Unusable e) {
        wait = wait == null ? lost(patience) : wait;
        wait.pause(e, offset);
      }
    }
  }

  @Override
  public void waitAtMost(Duration limit) {
    deadline = System.nanoTime() + limit.toNanos();
  }

  @Override
  public BlockCursor open(OffsetRange range, Duration hold) {
    return source().read(range, hold);
  }

  @Override
  public ResumingCursor.Wait lost() {
    Long end = deadline;
    Duration left = end == null ? patience : Duration.ofNanos(end - System.nanoTime());
    return lost(left.compareTo(patience) < 0 ? left : patience);
  }

  private ResumingCursor.Wait lost(Duration limit) {
    remote = null;
    return new ReadRetry(input, limit);
  }

  @Override
  public List<DeadLetter> deadLetters() {
    ResumingCursor.Wait wait = null;
    while (true) {
      try {
        return source().deadLetters();
      } catch (UnreachableException | StoreException.Unusable e) {
        wait = wait == null ? lost() : wait;
        wait.pause(e, input.range().from());
      }
    }
  }

  /** Where the partition is now. */
  private BlockSource source() {
    Optional<BlockSource> here = Node.ofThisJvm().blocks(input.sourceId(), input.partition());
    local = here.isPresent();
    if (local) {
      remote = null;
      return here.get();
    }
    PartitionLocations locations = NodeHost.ofThisJvm().locations(input.sourceId());
    String failure = locations.failed().get(input.partition());
    if (failure != null) {
      // To wait would be useless. The query fails with the error that the driver has seen.
      throw new IllegalStateException(failure);
    }
    NodeAddress known = locations.nodes().get(input.partition());
    NodeAddress node = known != null ? known : input.requireNode();
    RemoteBlocks present = remote;
    if (present == null || !present.isActive() || !present.node().equals(node)) {
      present = new RemoteBlocks(clients().connect(node), input.sourceId(), input.partition());
      remote = present;
    }
    return present;
  }

  private NodeClients clients() {
    NodeClients shared = NodeHost.ofThisJvm().clients().orElse(null);
    if (shared != null) {
      return shared;
    }
    NodeClients own = ownClients;
    if (own == null) {
      NodeClients ofThisTask = new NodeClients(SparkNetwork.current());
      TaskEnd.run(ofThisTask::close);
      own = ofThisTask;
      ownClients = own;
    }
    return own;
  }
}
