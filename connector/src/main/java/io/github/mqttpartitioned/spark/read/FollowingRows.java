// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.read;

import io.github.mqttpartitioned.block.BlockSource;
import io.github.mqttpartitioned.cluster.rpc.UnreachableException;
import io.github.mqttpartitioned.metrics.ReadMeters;
import io.github.mqttpartitioned.store.StoreException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.connector.metric.CustomTaskMetric;
import org.apache.spark.sql.vectorized.ColumnarBatch;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a partition as they come, one after another: what a task of {@code Trigger.RealTime}
 * reads. A row is a view of its block, and valid until the next one is asked for. While it waits
 * for a message, it holds nothing of the store; the commit of the message wakes it.
 *
 * <p>Confined to the task's thread.
 */
public final class FollowingRows implements AutoCloseable {

  private static final long MICROS_PER_MILLI = 1_000;

  /** How long Spark may take to kill a task of a query that stops. */
  private static final Duration KILL = Duration.ofSeconds(5);

  private final BlockSource source;
  private final BlockPartitionReader blocks;
  private final ReadMeters meters;

  private @Nullable ColumnarBatch batch;

  /** The number of the present row in the batch. */
  private int row;

  private int rows;
  private @Nullable InternalRow present;

  FollowingRows(BlockSource source, BlockPartitionReader blocks, ReadMeters meters) {
    this.source = source;
    this.blocks = blocks;
    this.meters = meters;
  }

  /**
   * Moves to the next row, and waits for it if there is none yet.
   *
   * @param limit the longest wait
   * @return whether there is a row; if not, the time is over
   * @throws UncheckedIOException if interrupted, because the task is killed
   */
  public boolean next(Duration limit) {
    ColumnarBatch rest = batch;
    if (rest != null && row + 1 < rows) {
      row++;
      present = rest.getRow(row);
      return true;
    }
    return nextBatch(System.nanoTime() + limit.toNanos());
  }

  private boolean nextBatch(long deadline) {
    batch = null;
    present = null;
    while (!nextBlock(deadline)) {
      long known = blocks.position();
      long next = await(known, deadline - System.nanoTime());
      if (next == known) {
        return false;
      }
      blocks.extendTo(next);
    }
    ColumnarBatch next = blocks.get();
    batch = next;
    row = 0;
    rows = next.numRows();
    present = next.getRow(0);
    // The first message of a block has waited longest for its commit.
    meters.latency(ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now()) - receivedMicros());
    return true;
  }

  /**
   * Returns false, too, if the time is over while the partition is away: the next batch goes on.
   */
  private boolean nextBlock(long deadline) {
    source.waitAtMost(Duration.ofNanos(deadline - System.nanoTime()));
    try {
      return blocks.next();
    } catch (UnreachableException | StoreException.Unusable e) {
      if (deadline - System.nanoTime() > 0) {
        throw e;
      }
      return false;
    }
  }

  private long await(long known, long nanos) {
    if (nanos <= 0) {
      return known;
    }
    try {
      return awaitUntilKilled(known, Duration.ofNanos(nanos));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      UncheckedIOException killed =
          new UncheckedIOException(
              new InterruptedIOException("The task was killed while it waited for a message"));
      killed.addSuppressed(e);
      throw killed;
    }
  }

  /**
   * When a query stops, its stores may be closed a little before its tasks are killed. Then the
   * task sleeps, and Spark's interrupt wakes it.
   */
  private long awaitUntilKilled(long known, Duration limit) throws InterruptedException {
    try {
      return source.awaitBeyond(known, limit);
    } catch (StoreException.Unusable e) {
      Thread.sleep(KILL.toMillis());
      throw e;
    }
  }

  /**
   * The present row.
   *
   * @throws IllegalStateException if {@link #next} has not returned true
   */
  public InternalRow row() {
    InternalRow current = present;
    if (current == null) {
      throw new IllegalStateException("There is no row: next() has not returned true");
    }
    return current;
  }

  /** When the message of the present row was received: milliseconds since 1970. */
  public long receivedMillis() {
    return receivedMicros() / MICROS_PER_MILLI;
  }

  private long receivedMicros() {
    return blocks.receivedMicros(row);
  }

  /** The offset behind the last row given: the rest of its block has not been given. */
  public long position() {
    return batch == null ? blocks.position() : blocks.position() - (rows - row - 1);
  }

  /** What has been read so far. */
  public CustomTaskMetric[] metrics() {
    return blocks.currentMetricsValues();
  }

  @Override
  public void close() {
    batch = null;
    present = null;
    blocks.close();
  }
}
