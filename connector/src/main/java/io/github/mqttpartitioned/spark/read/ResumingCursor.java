// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.read;

import io.github.mqttpartitioned.block.Block;
import io.github.mqttpartitioned.block.BlockCursor;
import io.github.mqttpartitioned.block.OffsetRange;
import io.github.mqttpartitioned.cluster.rpc.UnreachableException;
import io.github.mqttpartitioned.store.StoreException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The blocks of a range whose partition may move in the middle of the read. When its place cannot
 * be used any more, the read continues at the next place, from the offset that it has reached.
 *
 * <p>Confined to one thread.
 */
public final class ResumingCursor implements BlockCursor {

  private final Place place;
  private final OffsetRange range;
  private final Duration hold;
  private long next;
  private @Nullable BlockCursor current;

  /** Where the partition is, which changes. */
  public interface Place {

    /**
     * Opens a range where the partition is now.
     *
     * @param hold how long the cursor reads from its first snapshot
     * @throws UnreachableException if no node can be asked
     * @throws StoreException.Unusable if the store cannot be used now
     */
    BlockCursor open(OffsetRange range, Duration hold);

    /** Begins to wait for the partition. */
    Wait lost();
  }

  /** One wait for a partition. */
  @FunctionalInterface
  public interface Wait {

    /**
     * Waits before the next attempt.
     *
     * @param failure of the last attempt
     * @param offset that cannot be read now
     * @throws RuntimeException the failure, if the wait is over
     */
    void pause(RuntimeException failure, long offset);
  }

  /**
   * @param hold how long it reads from the first snapshot of each place
   */
  public ResumingCursor(Place place, OffsetRange range, Duration hold) {
    this.place = place;
    this.range = range;
    this.hold = hold;
    this.next = range.from();
  }

  @Override
  public @Nullable Block next() {
    Wait wait = null;
    while (true) {
      try {
        return advance();
      } catch (UnreachableException | StoreException.Unusable e) {
        close();
        wait = wait == null ? place.lost() : wait;
        wait.pause(e, next);
      }
    }
  }

  private @Nullable Block advance() {
    if (next >= range.until()) {
      return null;
    }
    BlockCursor cursor = current;
    if (cursor == null) {
      cursor = place.open(new OffsetRange(next, range.until()), hold);
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
