// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.cluster.rpc;

import io.github.mqttpartitioned.block.Block;
import io.github.mqttpartitioned.block.BlockCursor;
import io.github.mqttpartitioned.block.BlockSource;
import io.github.mqttpartitioned.block.CorruptBlockException;
import io.github.mqttpartitioned.block.DeadLetter;
import io.github.mqttpartitioned.block.LostStoreException;
import io.github.mqttpartitioned.block.OffsetRange;
import io.github.mqttpartitioned.cluster.ClusterTimeouts;
import io.github.mqttpartitioned.cluster.NodeAddress;
import io.github.mqttpartitioned.cluster.rpc.Answer.BlockBytes;
import io.github.mqttpartitioned.cluster.rpc.Answer.Failed;
import io.github.mqttpartitioned.cluster.rpc.Answer.LostStore;
import io.github.mqttpartitioned.cluster.rpc.Request.Fetch;
import io.github.mqttpartitioned.cluster.rpc.Request.ListDeadLetters;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A partition that another node hosts. While a task reads a block, the next one is on its way: a
 * cursor takes the memory of two blocks, and the node that of one.
 */
public final class RemoteBlocks implements BlockSource {

  private final NodeClient client;
  private final String sourceId;
  private final int partition;
  private final RemoteTail tail;

  public RemoteBlocks(NodeClient client, String sourceId, int partition) {
    this.client = client;
    this.sourceId = sourceId;
    this.partition = partition;
    this.tail = new RemoteTail(client, sourceId, partition);
  }

  /**
   * {@inheritDoc}
   *
   * <p>The cursor throws {@link UnreachableException} when the node is lost or does not host the
   * partition any more.
   */
  @Override
  public BlockCursor read(OffsetRange range) {
    return new Cursor(range);
  }

  /**
   * {@inheritDoc}
   *
   * <p>The block that was waited for comes with the answer: the next read begins with it. Confined
   * to one thread, and so is that read.
   *
   * @throws UnreachableException as the cursor does
   */
  @Override
  public long awaitBeyond(long offset, Duration limit) throws InterruptedException {
    return tail.await(offset, limit);
  }

  /**
   * {@inheritDoc}
   *
   * @throws UnreachableException as the cursor does
   */
  @Override
  public List<DeadLetter> deadLetters() {
    Answer answer =
        client.await(client.ask(new ListDeadLetters(sourceId, partition)), ClusterTimeouts.FETCH);
    if (answer instanceof Answer.DeadLetters found) {
      return found.letters();
    }
    if (answer instanceof Failed failed) {
      throw failure(failed);
    }
    throw new RemoteException(
        "Cannot read the dead letters of partition %d: the node answered %s"
            .formatted(partition, answer));
  }

  static RuntimeException failure(Failed failed) {
    return switch (failed.reason()) {
      case NOT_HERE -> new UnreachableException(failed.message(), null);
      case UNREADABLE -> CorruptBlockException.reported(failed.message());
      case ERROR -> new RemoteException(failed.message());
    };
  }

  /** Whether the connection to the node still stands. */
  public boolean isActive() {
    return client.isActive();
  }

  /** The node that is read. */
  public NodeAddress node() {
    return client.node();
  }

  /** The block of an answer, which must hold {@code offset}. */
  static Block wrap(BlockBytes found, long offset, int partition, NodeAddress node) {
    Block block = Block.wrap(found.bytes(), place(offset, partition, node));
    if (block.firstOffset() > offset || block.firstOffset() + block.count() <= offset) {
      throw new RemoteException(
          "The node sent a block from offset %d for %s"
              .formatted(block.firstOffset(), place(offset, partition, node)));
    }
    return block;
  }

  private static String place(long offset, int partition, NodeAddress node) {
    return "partition " + partition + ", offset " + offset + ", of node " + node;
  }

  private final class Cursor implements BlockCursor {
    private final OffsetRange range;
    private long next;
    private @Nullable Block first;
    private @Nullable CompletableFuture<Answer> coming;

    Cursor(OffsetRange range) {
      this.range = range;
      this.next = range.from();
      this.first = tail.take(next);
      this.coming = first == null ? fetch() : null;
    }

    private @Nullable CompletableFuture<Answer> fetch() {
      return next < range.until()
          ? client.ask(new Fetch(sourceId, partition, next, range.until()))
          : null;
    }

    @Override
    public @Nullable Block next() {
      Block arrived = first;
      if (arrived != null) {
        first = null;
        next = arrived.firstOffset() + arrived.count();
        coming = fetch();
        return arrived;
      }
      CompletableFuture<Answer> awaited = coming;
      if (awaited == null) {
        return null;
      }
      Block block = block(client.await(awaited, ClusterTimeouts.FETCH));
      next = block.firstOffset() + block.count();
      coming = fetch();
      return block;
    }

    private Block block(Answer answer) {
      if (answer instanceof BlockBytes found) {
        return wrap(found, next, partition, client.node());
      }
      if (answer instanceof LostStore lost) {
        throw LostStoreException.reported(lost.message(), lost.first());
      }
      if (answer instanceof Failed failed) {
        throw failure(failed);
      }
      throw new RemoteException(
          "Cannot read %s: the node answered %s"
              .formatted(place(next, partition, client.node()), answer));
    }

    @Override
    public void close() {
      first = null;
      coming = null;
    }
  }
}
