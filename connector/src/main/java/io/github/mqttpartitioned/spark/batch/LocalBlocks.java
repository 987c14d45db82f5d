// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.batch;

import io.github.mqttpartitioned.block.BlockCursor;
import io.github.mqttpartitioned.block.BlockSource;
import io.github.mqttpartitioned.block.DeadLetter;
import io.github.mqttpartitioned.block.OffsetRange;
import io.github.mqttpartitioned.cluster.node.Node;
import io.github.mqttpartitioned.spark.read.ResumingCursor;
import io.github.mqttpartitioned.store.StoreException;
import io.github.mqttpartitioned.store.StoreView;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The blocks of a store on this host: from the node of this JVM if it hosts the partition,
 * otherwise from the file. When the query starts or stops in the middle of a read, the read
 * continues with the other one.
 *
 * <p>Confined to the task's thread.
 */
final class LocalBlocks implements BlockSource, ResumingCursor.Place, AutoCloseable {

  /** A query that starts or stops has opened or closed its stores within this time. */
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private static final Duration RETRY = Duration.ofMillis(50);

  private final BatchPartition part;
  private @Nullable StoreView view;

  LocalBlocks(BatchPartition part) {
    this.part = part;
  }

  @Override
  public BlockCursor read(OffsetRange range) {
    return read(range, Duration.ZERO);
  }

  @Override
  public BlockCursor read(OffsetRange range, Duration hold) {
    return new ResumingCursor(this, range, hold);
  }

  @Override
  public BlockCursor open(OffsetRange range, Duration hold) {
    return source().read(range, hold);
  }

  @Override
  public List<DeadLetter> deadLetters() {
    ResumingCursor.Wait wait = null;
    while (true) {
      try {
        return source().deadLetters();
      } catch (StoreException.Unusable e) {
        wait = wait == null ? lost() : wait;
        wait.pause(e, part.input().range().from());
      }
    }
  }

  /** Where the partition is now. The view of the file stays open until {@link #close}. */
  private BlockSource source() {
    String sourceId = part.input().sourceId();
    int partition = part.input().partition();
    BlockSource hosted = Node.ofThisJvm().blocks(sourceId, partition).orElse(null);
    if (hosted != null) {
      close();
      return hosted;
    }
    StoreView open = view;
    if (open == null) {
      open = StoreView.open(Path.of(part.directory()), sourceId, partition);
      view = open;
    }
    return open;
  }

  @Override
  public ResumingCursor.Wait lost() {
    long began = System.nanoTime();
    return (failure, offset) -> {
      close();
      pause(failure, began);
    };
  }

  /**
   * Waits a moment for a query that starts or stops.
   *
   * @param began when the first attempt failed, as {@link System#nanoTime} counts
   * @throws RuntimeException the failure, if there is no time left
   */
  static void pause(RuntimeException failure, long began) {
    if (System.nanoTime() - began >= PATIENCE.toNanos()) {
      throw failure;
    }
    try {
      // The query may run in another process: nothing notifies this thread of its stores.
      Thread.sleep(RETRY.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UncheckedIOException(new InterruptedIOException("The read was stopped"));
    }
  }

  @Override
  public void close() {
    StoreView open = view;
    view = null;
    if (open != null) {
      open.close();
    }
  }
}
