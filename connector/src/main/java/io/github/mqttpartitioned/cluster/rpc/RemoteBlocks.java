// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.cluster.rpc;

import io.github.mqttpartitioned.block.Block;
import io.github.mqttpartitioned.block.BlockCursor;
import io.github.mqttpartitioned.block.BlockSource;
import io.github.mqttpartitioned.block.CorruptBlockException;
import io.github.mqttpartitioned.block.LostStoreException;
import io.github.mqttpartitioned.block.OffsetRange;
import io.github.mqttpartitioned.cluster.ClusterTimeouts;
import io.github.mqttpartitioned.cluster.rpc.Answer.BlockBytes;
import io.github.mqttpartitioned.cluster.rpc.Answer.Failed;
import io.github.mqttpartitioned.cluster.rpc.Answer.LostStore;
import io.github.mqttpartitioned.cluster.rpc.Request.Fetch;
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

  public RemoteBlocks(NodeClient client, String sourceId, int partition) {
    this.client = client;
    this.sourceId = sourceId;
    this.partition = partition;
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

  private final class Cursor implements BlockCursor {
    private final OffsetRange range;
    private long next;
    private @Nullable CompletableFuture<Answer> coming;

    Cursor(OffsetRange range) {
      this.range = range;
      this.next = range.from();
      this.coming = fetch();
    }

    private @Nullable CompletableFuture<Answer> fetch() {
      return next < range.until()
          ? client.ask(new Fetch(sourceId, partition, next, range.until()))
          : null;
    }

    @Override
    public @Nullable Block next() {
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
      String place = "partition " + partition + ", offset " + next + ", of node " + client.node();
      if (answer instanceof BlockBytes found) {
        Block block = Block.wrap(found.bytes(), place);
        if (block.firstOffset() > next || block.firstOffset() + block.count() <= next) {
          throw new RemoteException(
              "The node sent a block from offset %d for %s".formatted(block.firstOffset(), place));
        }
        return block;
      }
      if (answer instanceof LostStore lost) {
        throw LostStoreException.reported(lost.message(), lost.first());
      }
      if (answer instanceof Failed failed) {
        throw failure(failed);
      }
      throw new RemoteException("Cannot read " + place + ": the node answered " + answer);
    }

    private static RuntimeException failure(Failed failed) {
      return switch (failed.reason()) {
        case NOT_HERE -> new UnreachableException(failed.message(), null);
        case UNREADABLE -> CorruptBlockException.reported(failed.message());
        case ERROR -> new RemoteException(failed.message());
      };
    }

    @Override
    public void close() {
      coming = null;
    }
  }
}
