// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.executor;

import io.github.mqttpartitioned.block.Block;
import io.github.mqttpartitioned.block.BlockCursor;
import io.github.mqttpartitioned.block.BlockSource;
import io.github.mqttpartitioned.block.OffsetRange;
import io.github.mqttpartitioned.cluster.NodeAddress;
import io.github.mqttpartitioned.cluster.PartitionLocations;
import io.github.mqttpartitioned.cluster.node.Node;
import io.github.mqttpartitioned.cluster.node.NodeHost;
import io.github.mqttpartitioned.cluster.rpc.NodeClients;
import io.github.mqttpartitioned.cluster.rpc.RemoteBlocks;
import io.github.mqttpartitioned.cluster.rpc.UnreachableException;
import io.github.mqttpartitioned.spark.read.MqttInputPartition;
import io.github.mqttpartitioned.store.StoreException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Optional;
import org.apache.spark.TaskContext;
import org.apache.spark.util.TaskCompletionListener;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The blocks that a task reads on a cluster. If the task's own JVM hosts the partition, they come
 * from its store, otherwise from the node that hosts it. If that node is lost, even in the middle
 * of a read, the task continues with the next host, from the offset that it has reached. While
 * there is no host, the task waits, and requests a node for its own executor.
 *
 * <p>Confined to the task's thread.
 */
final class ClusterBlocks implements BlockSource {

  private static final Logger LOG = LoggerFactory.getLogger(ClusterBlocks.class);
  private static final Duration RETRY = Duration.ofMillis(200);
  private static final Duration ASK = Duration.ofSeconds(1);
  private static final Duration TELL = Duration.ofSeconds(10);

  private final MqttInputPartition input;
  private final Duration patience;
  private @Nullable NodeClients ownClients;
  private boolean local;

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
    return new Cursor(range);
  }

  private BlockCursor open(OffsetRange range) {
    Optional<BlockSource> here = Node.ofThisJvm().blocks(input.sourceId(), input.partition());
    local = here.isPresent();
    if (local) {
      return here.get().read(range);
    }
    PartitionLocations locations = NodeHost.ofThisJvm().locations(input.sourceId());
    String failure = locations.failed().get(input.partition());
    if (failure != null) {
      // To wait would be useless. The query fails with the error that the driver has seen.
      throw new IllegalStateException(failure);
    }
    NodeAddress known = locations.nodes().get(input.partition());
    NodeAddress node = known != null ? known : input.requireNode();
    return new RemoteBlocks(clients().connect(node), input.sourceId(), input.partition())
        .read(range);
  }

  private NodeClients clients() {
    NodeClients shared = NodeHost.ofThisJvm().clients().orElse(null);
    if (shared != null) {
      return shared;
    }
    NodeClients own = ownClients;
    if (own == null) {
      NodeClients ofThisTask = new NodeClients(SparkNetwork.current());
      TaskContext.get()
          .addTaskCompletionListener((TaskCompletionListener) task -> ofThisTask.close());
      own = ofThisTask;
      ownClients = own;
    }
    return own;
  }

  private final class Cursor implements BlockCursor {
    private final OffsetRange range;
    private long next;
    private @Nullable BlockCursor current;

    Cursor(OffsetRange range) {
      this.range = range;
      this.next = range.from();
    }

    @Override
    public @Nullable Block next() {
      long began = System.nanoTime();
      long told = began - TELL.toNanos();
      long asked = began;
      while (true) {
        try {
          return advance();
        } catch (UnreachableException | StoreException.Unusable e) {
          close();
          if (System.nanoTime() - began >= patience.toNanos()) {
            throw e;
          }
          if (System.nanoTime() - told >= TELL.toNanos()) {
            told = System.nanoTime();
            LOG.warn(
                "Partition {} cannot be read now from offset {} on, the task tries again: {}",
                input.partition(),
                next,
                e.getMessage());
          }
          pause();
          if (System.nanoTime() - asked >= ASK.toNanos()) {
            asked = System.nanoTime();
            requestNode();
          }
        }
      }
    }

    private @Nullable Block advance() {
      if (next >= range.until()) {
        return null;
      }
      BlockCursor cursor = current;
      if (cursor == null) {
        cursor = open(new OffsetRange(next, range.until()));
        current = cursor;
      }
      Block block = cursor.next();
      if (block != null) {
        next = block.firstOffset() + block.count();
      }
      return block;
    }

    @Override
    public void close() {
      BlockCursor cursor = current;
      current = null;
      if (cursor != null) {
        cursor.close();
      }
    }
  }

  private void requestNode() {
    if (NodeHost.ofThisJvm().has(input.sourceId())) {
      return;
    }
    try {
      NodeRequests.startHere(input.sourceId());
    } catch (InterruptedException e) {
      throw killed();
    } catch (Exception e) {
      LOG.warn("This executor cannot start a node for source {} now", input.sourceId(), e);
    }
  }

  private static UncheckedIOException killed() {
    Thread.currentThread().interrupt();
    return new UncheckedIOException(new InterruptedIOException("The task was killed"));
  }

  private static void pause() {
    TaskContext task = TaskContext.get();
    if (task != null && task.isInterrupted()) {
      throw killed();
    }
    try {
      Thread.sleep(RETRY.toMillis());
    } catch (InterruptedException e) {
      throw killed();
    }
  }
}
