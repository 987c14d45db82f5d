// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.cluster.rpc;

import io.github.mqttpartitioned.block.Block;
import io.github.mqttpartitioned.cluster.ClusterTimeouts;
import io.github.mqttpartitioned.cluster.rpc.Answer.BlockBytes;
import io.github.mqttpartitioned.cluster.rpc.Answer.Done;
import io.github.mqttpartitioned.cluster.rpc.Answer.Failed;
import io.github.mqttpartitioned.cluster.rpc.Answer.LostStore;
import io.github.mqttpartitioned.cluster.rpc.Answer.Stored;
import io.github.mqttpartitioned.cluster.rpc.Request.Follow;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Waits for the next block of a partition on another node. The node has the request long before the
 * block, and answers it with the block when that is stored: so a message takes one way over the
 * network. When a block has arrived, the next one is asked for at once.
 *
 * <p>Confined to the task's thread.
 */
final class RemoteTail {

  /** A node answers sooner, even if there is nothing: what takes longer is a node that hangs. */
  private static final Duration SILENT = ClusterTimeouts.LONG_POLL.plus(ClusterTimeouts.SUSPECT);

  private final NodeClient client;
  private final String sourceId;
  private final int partition;

  /** What was asked for and has not been looked at. */
  private @Nullable Asked asked;

  /** A block that has arrived and has not been read. */
  private @Nullable Block arrived;

  private record Asked(long from, long sinceNanos, CompletableFuture<Answer> answer) {}

  RemoteTail(NodeClient client, String sourceId, int partition) {
    this.client = client;
    this.sourceId = sourceId;
    this.partition = partition;
  }

  /**
   * Waits for the block that has an offset.
   *
   * @return the offset behind it; {@code offset} if the time is over. If the block cannot be read,
   *     an offset up to which a read finds out why
   * @throws UnreachableException if the node is lost, or does not host the partition any more
   * @throws RemoteException if the partition gets nothing more
   */
  long await(long offset, Duration limit) throws InterruptedException {
    long deadline = System.nanoTime() + limit.toNanos();
    arrived = null;
    while (true) {
      Asked request = ask(offset);
      Answer answer = answer(request, deadline - System.nanoTime());
      if (answer == null) {
        return offset;
      }
      asked = null;
      if (!(answer instanceof Done)) {
        return accept(answer, offset);
      }
    }
  }

  private Asked ask(long offset) {
    Asked present = asked;
    if (present == null || present.from != offset) {
      present =
          new Asked(offset, System.nanoTime(), client.ask(new Follow(sourceId, partition, offset)));
      asked = present;
    }
    return present;
  }

  /** Null if the time is over; the request goes on. */
  private @Nullable Answer answer(Asked request, long nanos) throws InterruptedException {
    long silent = SILENT.toNanos() - (System.nanoTime() - request.sinceNanos);
    try {
      return request.answer.get(Math.max(0, Math.min(nanos, silent)), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      if (nanos <= silent) {
        return null;
      }
      throw new UnreachableException("No answer from node " + client.node(), e);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RuntimeException failure
          ? failure
          : new UnreachableException("No answer from node " + client.node(), e);
    }
  }

  private long accept(Answer answer, long offset) {
    if (answer instanceof BlockBytes found) {
      Block block = RemoteBlocks.wrap(found, offset, partition, client.node());
      arrived = block;
      long end = block.firstOffset() + block.count();
      ask(end);
      return end;
    }
    if (answer instanceof LostStore lost) {
      return lost.first();
    }
    if (answer instanceof Stored stored) {
      // A read of the offset finds out why the block was not sent.
      return stored.next();
    }
    if (answer instanceof Failed failed) {
      throw RemoteBlocks.failure(failed);
    }
    throw new RemoteException(
        "Cannot wait for offset %d of partition %d: the node answered %s"
            .formatted(offset, partition, answer));
  }

  /** The block with an offset, if it has arrived. It is given once. */
  @Nullable Block take(long offset) {
    Block block = arrived;
    arrived = null;
    return block != null
            && block.firstOffset() <= offset
            && offset < block.firstOffset() + block.count()
        ? block
        : null;
  }
}
