// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.read;

import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_BLOCK_CORRUPT;

import io.github.mqttpartitioned.block.Block;
import io.github.mqttpartitioned.block.BlockCursor;
import io.github.mqttpartitioned.block.BlockSource;
import io.github.mqttpartitioned.block.CorruptBlockException;
import io.github.mqttpartitioned.block.LostStoreException;
import io.github.mqttpartitioned.block.OffsetRange;
import io.github.mqttpartitioned.spark.vector.BlockVectors;
import io.github.mqttpartitioned.store.StoreException;
import org.apache.spark.sql.connector.metric.CustomTaskMetric;
import org.apache.spark.sql.connector.read.PartitionReader;
import org.apache.spark.sql.vectorized.ColumnarBatch;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives Spark the blocks of a range: each block is one batch of columns, cut to the range. Behind
 * the last batch it holds nothing of the source.
 *
 * <p>The reader accounts for each offset of the range exactly once, as given or as lost. A block
 * that is missing or damaged fails the task, or is skipped with a warning if {@code failOnDataLoss}
 * is false. Damage must be known before the first row of a block is given. So with {@code
 * failOnDataLoss=false} the reader verifies every block as a whole, also the columns that the query
 * does not use.
 *
 * <p>Confined to the task's thread.
 */
public final class BlockPartitionReader implements PartitionReader<ColumnarBatch> {

  private static final Logger LOG = LoggerFactory.getLogger(BlockPartitionReader.class);

  private final BlockSource source;
  private final MqttInputPartition input;
  private final Counter counter;
  private long until;
  private final BlockVectors vectors;
  private final LossPolicy policy;
  private @Nullable BlockCursor cursor;

  /** The offset that the next row must have. */
  private long expected;

  private @Nullable ColumnarBatch batch;

  /** That the batch is of, and the row of it that is row 0 of the batch. */
  private @Nullable Block block;

  private int firstRow;
  private boolean closed;
  private final Tally local = new Tally();
  private final Tally remote = new Tally();
  private long lost;

  /** What was read from one place: this JVM, or other nodes. */
  private static final class Tally {
    long rows;
    long bytes;
    long blocks;
  }

  /** Is told of each block that is given to Spark. */
  @FunctionalInterface
  public interface Counter {

    /**
     * Counts a block.
     *
     * @param local whether the block lies in this JVM, and not on another node
     */
    void read(int rows, int bytes, boolean local);
  }

  /**
   * @param input what to read
   * @param vectors makes the columns of a block
   * @param policy what to do about offsets that cannot be read
   */
  public BlockPartitionReader(
      BlockSource source,
      MqttInputPartition input,
      Counter counter,
      BlockVectors vectors,
      LossPolicy policy) {
    this.source = source;
    this.input = input;
    this.counter = counter;
    this.until = input.range().until();
    this.vectors = vectors;
    this.policy = policy;
    this.expected = input.range().from();
  }

  @Override
  public boolean next() {
    batch = null;
    while (expected < until) {
      try {
        batch = show(nextBlock());
        return true;
      } catch (LostStoreException e) {
        passOver(e);
      } catch (CorruptBlockException | StoreException.Damaged | StoreException.Missing e) {
        if (policy.fail()) {
          throw e;
        }
        skip(e);
      }
    }
    closeCursor();
    return false;
  }

  private Block nextBlock() {
    BlockCursor present = cursor;
    if (present == null) {
      present = source.read(new OffsetRange(expected, until));
      cursor = present;
    }
    Block block = present.next();
    if (block == null
        || block.firstOffset() > expected
        || block.firstOffset() + block.count() <= expected) {
      throw new IllegalStateException(
          MQTT_BLOCK_CORRUPT.message(
              """
              Partition %d was read at offset %d, but there was %s. Restore the store from a \
              copy, or skip the messages with failOnDataLoss=false."""
                  .formatted(
                      input.partition(),
                      expected,
                      block == null
                          ? "nothing"
                          : "a block of %d messages from offset %d"
                              .formatted(block.count(), block.firstOffset()))));
    }
    if (!policy.fail()) {
      block.verify();
    }
    return block;
  }

  /**
   * Skips the offsets that only a lost store held. If the broker delivers their messages again, the
   * task must give no row of the range, because each row would appear twice. If it has given some,
   * it fails, and its next attempt gives none.
   */
  private void passOver(LostStoreException loss) {
    long next = Math.min(loss.first(), until);
    if (policy.redelivered()) {
      if (expected > input.range().from()) {
        throw loss;
      }
    } else if (policy.fail()) {
      throw loss;
    } else {
      lost += next - expected;
    }
    LOG.warn(
        "Offsets [{}, {}) of partition {} are skipped: {}",
        expected,
        next,
        input.partition(),
        policy.redelivered()
            ? """
            the store that held them is lost, and ackMode is processed, so the broker delivers \
            again what was not processed"""
            : loss.getMessage());
    goOnAt(next);
  }

  private void goOnAt(long next) {
    closeCursor();
    expected = next;
  }

  private void closeCursor() {
    BlockCursor present = cursor;
    cursor = null;
    if (present != null) {
      present.close();
    }
  }

  /** Continues behind the offsets that cannot be read. */
  private void skip(RuntimeException damage) {
    closeCursor();
    long next = DamagedBlocks.end(source, new OffsetRange(expected, until));
    LOG.warn(
        """
        Offsets [{}, {}) of partition {} cannot be read and are skipped, because failOnDataLoss is \
        false: {}""",
        expected,
        next,
        input.partition(),
        damage.getMessage());
    lost += next - expected;
    goOnAt(next);
  }

  private ColumnarBatch show(Block found) {
    block = found;
    firstRow = (int) (expected - found.firstOffset());
    long end = Math.min(found.firstOffset() + found.count(), until);
    int count = (int) (end - expected);
    ColumnarBatch shown = vectors.batch(found, input.partition(), firstRow, count);
    expected = end;
    Tally tally = source.isLocal() ? local : remote;
    tally.rows += count;
    tally.bytes += found.length();
    tally.blocks++;
    counter.read(count, found.length(), source.isLocal());
    return shown;
  }

  @Override
  public ColumnarBatch get() {
    if (batch == null) {
      throw new IllegalStateException("There is no batch: next() has not returned true");
    }
    return batch;
  }

  /** The offset behind the last row of the last batch. */
  long position() {
    return expected;
  }

  /**
   * Has the reader go on behind its range, which it has read.
   *
   * @param next end of the range from now on; the source can be read up to there
   */
  void extendTo(long next) {
    until = next;
  }

  /** When the message of a row of the present batch was received: microseconds since 1970. */
  long receivedMicros(int row) {
    Block present = block;
    if (batch == null || present == null) {
      throw new IllegalStateException("There is no batch: next() has not returned true");
    }
    return present.receivedMicros(firstRow + row);
  }

  @Override
  public CustomTaskMetric[] currentMetricsValues() {
    return new CustomTaskMetric[] {
      SourceMetric.LOCAL_ROWS.of(local.rows),
      SourceMetric.REMOTE_ROWS.of(remote.rows),
      SourceMetric.LOCAL_BYTES.of(local.bytes),
      SourceMetric.REMOTE_BYTES.of(remote.bytes),
      SourceMetric.LOCAL_BLOCKS.of(local.blocks),
      SourceMetric.REMOTE_BLOCKS.of(remote.blocks),
      SourceMetric.LOST.of(lost),
      SourceMetric.NOT_UTF8.of(vectors.payloadsNotUtf8())
    };
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      batch = null;
      closeCursor();
    }
  }
}
