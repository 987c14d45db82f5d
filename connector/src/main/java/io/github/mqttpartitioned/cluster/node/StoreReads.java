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
import io.github.mqttpartitioned.cluster.rpc.Request.ListDeadLetters;
import io.github.mqttpartitioned.store.PartitionStore;
import io.github.mqttpartitioned.store.StoreException;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/**
 * Answers what tasks on other nodes ask of the stores of this one. A task needs no lease: it asks
 * for what is durable. Thread-safe.
 */
final class StoreReads {

  /** The answer for a partition that the node does not host. */
  interface NotHosted {
    Answer answer(String sourceId, int partition);
  }

  /** A block above this size takes longer than a task waits for a node that is silent. */
  private static final int LARGE_BLOCK = 4 << 20;

  private final Node node;
  private final NotHosted notHosted;

  StoreReads(Node node, NotHosted notHosted) {
    this.node = node;
    this.notHosted = notHosted;
  }

  /** Answers with one block, or says why it cannot be read. */
  Answer answer(Fetch fetch) {
    return node.blocks(fetch.sourceId(), fetch.partition())
        .map(blocks -> answer(fetch, blocks))
        .orElseGet(() -> notHosted.answer(fetch.sourceId(), fetch.partition()));
  }

  /** Answers with the dead letters that the store keeps. */
  Answer answer(ListDeadLetters list) {
    return node.blocks(list.sourceId(), list.partition())
        .<Answer>map(blocks -> new Answer.DeadLetters(blocks.deadLetters()))
        .orElseGet(() -> notHosted.answer(list.sourceId(), list.partition()));
  }

  private static Answer answer(Fetch fetch, BlockSource blocks) {
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
  CompletableFuture<Answer> answer(Follow follow, Executor reader) {
    return node.store(follow.sourceId(), follow.partition())
        .map(store -> answer(follow, store, reader))
        .orElseGet(
            () ->
                CompletableFuture.completedFuture(
                    notHosted.answer(follow.sourceId(), follow.partition())));
  }

  private static CompletableFuture<Answer> answer(
      Follow follow, PartitionStore store, Executor reader) {
    try {
      store.requireReached(follow.from());
    } catch (StoreException.Missing e) {
      return CompletableFuture.completedFuture(
          new Answer.Failed(Reason.ERROR, String.valueOf(e.getMessage())));
    }
    return store
        .waiters()
        .whenBeyond(follow.from())
        .completeOnTimeout(
            follow.from(), ClusterTimeouts.LONG_POLL.toMillis(), TimeUnit.MILLISECONDS)
        .handleAsync(
            (next, failure) -> {
              if (failure != null) {
                return new Answer.Failed(
                    failure instanceof StoreException.Unusable ? Reason.NOT_HERE : Reason.ERROR,
                    String.valueOf(failure.getMessage()));
              }
              return next <= follow.from() ? new Answer.Done() : block(follow, next, store);
            },
            reader);
  }

  private static Answer block(Follow follow, long next, PartitionStore store) {
    Answer block =
        answer(new Fetch(follow.sourceId(), follow.partition(), follow.from(), next), store);
    boolean isUnreadable =
        block instanceof Answer.Failed failed && failed.reason() == Reason.UNREADABLE;
    boolean isLarge =
        block instanceof Answer.BlockBytes found && found.bytes().remaining() > LARGE_BLOCK;
    return isUnreadable || isLarge ? new Answer.Stored(next) : block;
  }
}
