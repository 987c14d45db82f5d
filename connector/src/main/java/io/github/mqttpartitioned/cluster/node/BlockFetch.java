// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.cluster.node;

import io.github.mqttpartitioned.block.Block;
import io.github.mqttpartitioned.block.BlockCursor;
import io.github.mqttpartitioned.block.BlockSource;
import io.github.mqttpartitioned.block.CorruptBlockException;
import io.github.mqttpartitioned.block.LostStoreException;
import io.github.mqttpartitioned.block.OffsetRange;
import io.github.mqttpartitioned.cluster.ClusterTimeouts;
import io.github.mqttpartitioned.cluster.rpc.Answer;
import io.github.mqttpartitioned.cluster.rpc.Answer.Failed.Reason;
import io.github.mqttpartitioned.cluster.rpc.Request.Fetch;
import io.github.mqttpartitioned.cluster.rpc.Request.Follow;
import io.github.mqttpartitioned.store.PartitionStore;
import io.github.mqttpartitioned.store.StoreException;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/** Reads the block that a task on another node asks for. */
final class BlockFetch {

  private BlockFetch() {}

  /**
   * Answers a request with one block, or says why it cannot be read.
   *
   * @param blocks of the partition, which this node hosts
   */
  static Answer answer(Fetch fetch, BlockSource blocks) {
    try (BlockCursor cursor = blocks.read(new OffsetRange(fetch.from(), fetch.until()))) {
      Block block = cursor.next();
      if (block == null) {
        throw new IllegalArgumentException("The range of a request is empty: " + fetch);
      }
      // The memory map belongs to the cursor, and the answer leaves later.
      ByteBuffer copy = ByteBuffer.allocate(block.length());
      copy.put(block.bytes().duplicate().clear()).flip();
      return new Answer.BlockBytes(copy);
    } catch (LostStoreException e) {
      return new Answer.LostStore(e.first(), String.valueOf(e.getMessage()));
    } catch (StoreException.Missing | StoreException.Damaged | CorruptBlockException e) {
      return new Answer.Failed(Reason.UNREADABLE, String.valueOf(e.getMessage()));
    } catch (StoreException.Unusable e) {
      return new Answer.Failed(Reason.NOT_HERE, String.valueOf(e.getMessage()));
    }
  }

  /**
   * Answers with the block of an offset as soon as the store holds it, or after {@link
   * ClusterTimeouts#LONG_POLL} that it does not. Does not wait.
   *
   * @param reader reads the block: the store's writer has other things to do
   */
  static CompletableFuture<Answer> answer(Follow follow, PartitionStore store, Executor reader) {
    return store
        .waiters()
        .whenBeyond(follow.from())
        .completeOnTimeout(
            follow.from(), ClusterTimeouts.LONG_POLL.toMillis(), TimeUnit.MILLISECONDS)
        .handleAsync(
            (next, closed) -> {
              if (closed != null) {
                return new Answer.Failed(Reason.NOT_HERE, String.valueOf(closed.getMessage()));
              }
              return next <= follow.from()
                  ? new Answer.Done()
                  : answer(
                      new Fetch(follow.sourceId(), follow.partition(), follow.from(), next), store);
            },
            reader);
  }
}
