// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.store;

import io.github.mqttpartitioned.block.Block;
import io.github.mqttpartitioned.block.BlockCursor;
import io.github.mqttpartitioned.block.OffsetRange;
import io.github.mqttpartitioned.store.lmdb.StoreEnvironment;
import io.github.mqttpartitioned.store.lmdb.StoreReader;
import io.github.mqttpartitioned.store.lmdb.StoreState;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.lmdbjava.LmdbException;

/**
 * Reads a range from a store, each block in a snapshot of its own, but for those at the beginning
 * if the cursor is to hold the first snapshot for a time. A block lies in the memory map and is
 * valid until the cursor moves or is closed. Until then, pages that are trimmed meanwhile cannot be
 * used again. After the last block, and once closed, the cursor holds no snapshot.
 */
final class StoreCursor implements BlockCursor {

  private final StoreEnvironment environment;
  private final String store;
  private final int partition;
  private final OffsetRange range;
  private final long holdNanos;
  private @Nullable StoreReader reader;
  private long firstSnapshotAt;
  private boolean closed;

  /** Offset that the next block must hold. It must begin there, unless it is the first block. */
  private long next;

  /**
   * @param environment of which the cursor becomes a user; it releases it when it is closed
   * @param hold how long it reads from its first snapshot; zero for a snapshot per block
   */
  StoreCursor(
      StoreEnvironment environment, String store, int partition, OffsetRange range, Duration hold) {
    this.environment = environment;
    this.store = store;
    this.partition = partition;
    this.range = range;
    this.holdNanos = hold.toNanos();
    this.next = range.from();
  }

  @Override
  public @Nullable Block next() {
    if (closed) {
      throw new IllegalStateException("the cursor of %s over %s is closed".formatted(store, range));
    }
    if (next >= range.until()) {
      giveReaderBack();
      return null;
    }
    try {
      StoreReader current = reader;
      if (current == null) {
        current = environment.borrowReader();
        reader = current;
        firstSnapshotAt = System.nanoTime();
        current.refresh();
      } else if (System.nanoTime() - firstSnapshotAt >= holdNanos) {
        current.refresh();
      }
      return find(current);
    } catch (LmdbException e) {
      throw LmdbErrors.translate(e, "read", store);
    }
  }

  private Block find(StoreReader current) {
    long found = next == range.from() ? current.seekFloor(next) : current.seekCeiling(next);
    if (found < 0 || found > next) {
      throw notFound(current, found < 0 ? "none" : "one that begins at " + found);
    }
    Block block = Block.wrap(current.value(), "store " + store + ", offset " + found);
    long end = found + block.count();
    if (block.firstOffset() != found || end <= next) {
      throw notFound(
          current,
          "a block [%d, %d) in the place of offset %d".formatted(block.firstOffset(), end, found));
    }
    next = end;
    return block;
  }

  private StoreException notFound(StoreReader current, String found) {
    StoreState state = current.state();
    return !state.extent().covers(new OffsetRange(next, range.until()))
        ? StoreException.missing(partition, range, state.extent(), store)
        : StoreException.gap(partition, store, next, found);
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    giveReaderBack();
    environment.release();
  }

  private void giveReaderBack() {
    StoreReader current = reader;
    if (current == null) {
      return;
    }
    reader = null;
    current.reset();
    environment.giveBack(current);
  }
}
