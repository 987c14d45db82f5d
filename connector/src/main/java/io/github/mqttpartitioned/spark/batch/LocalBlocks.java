// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.batch;

import io.github.mqttpartitioned.block.Block;
import io.github.mqttpartitioned.block.BlockCursor;
import io.github.mqttpartitioned.block.BlockSource;
import io.github.mqttpartitioned.block.OffsetRange;
import io.github.mqttpartitioned.cluster.node.Node;
import io.github.mqttpartitioned.store.StoreException;
import io.github.mqttpartitioned.store.StoreView;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The blocks of a store on this host: from the node of this JVM if it hosts the partition,
 * otherwise from the file. When the query starts or stops in the middle of a read, the read
 * continues with the other one.
 *
 * <p>Confined to the task's thread.
 */
final class LocalBlocks implements BlockSource, AutoCloseable {

  /** A query that starts or stops has opened or closed its stores within this time. */
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private static final Duration RETRY = Duration.ofMillis(50);

  private final String sourceId;
  private final int partition;
  private final Path directory;
  private @Nullable StoreView view;

  LocalBlocks(BatchPartition part) {
    this.sourceId = part.input().sourceId();
    this.partition = part.input().partition();
    this.directory = Path.of(part.directory());
  }

  @Override
  public BlockCursor read(OffsetRange range) {
    return new Cursor(range);
  }

  private BlockCursor open(OffsetRange range) {
    Optional<BlockSource> hosted = Node.ofThisJvm().blocks(sourceId, partition);
    if (hosted.isPresent()) {
      close();
      return hosted.get().read(range);
    }
    return view().read(range);
  }

  /** The view of the file. It stays open until {@link #close}. */
  StoreView view() {
    StoreView open = view;
    if (open == null) {
      open = StoreView.open(directory, sourceId, partition);
      view = open;
    }
    return open;
  }

  @Override
  public void close() {
    StoreView open = view;
    view = null;
    if (open != null) {
      open.close();
    }
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
      while (true) {
        try {
          return advance();
        } catch (StoreException.Unusable e) {
          close();
          LocalBlocks.this.close();
          if (System.nanoTime() - began >= PATIENCE.toNanos()) {
            throw e;
          }
          pause();
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

  private static void pause() {
    try {
      Thread.sleep(RETRY.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UncheckedIOException(new InterruptedIOException("The task was killed"));
    }
  }
}
