// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.cluster.node;

import io.github.mqttpartitioned.block.Block;
import io.github.mqttpartitioned.block.BlockCursor;
import io.github.mqttpartitioned.block.BlockSource;
import io.github.mqttpartitioned.block.CorruptBlockException;
import io.github.mqttpartitioned.block.LostStoreException;
import io.github.mqttpartitioned.block.OffsetRange;
import io.github.mqttpartitioned.cluster.rpc.Answer;
import io.github.mqttpartitioned.cluster.rpc.Answer.Failed.Reason;
import io.github.mqttpartitioned.cluster.rpc.Request.Fetch;
import io.github.mqttpartitioned.store.StoreException;
import java.nio.ByteBuffer;

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
}
