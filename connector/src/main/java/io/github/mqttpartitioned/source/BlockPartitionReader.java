package io.github.mqttpartitioned.source;

import io.github.mqttpartitioned.block.Block;
import io.github.mqttpartitioned.block.BlockCursor;
import io.github.mqttpartitioned.block.BlockSource;
import io.github.mqttpartitioned.block.CorruptBlockException;
import java.util.stream.Stream;
import org.apache.spark.sql.connector.metric.CustomTaskMetric;
import org.apache.spark.sql.connector.read.PartitionReader;
import org.apache.spark.sql.vectorized.ColumnVector;
import org.apache.spark.sql.vectorized.ColumnarBatch;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands Spark the blocks of a range, one batch of columns for each, cut to the range.
 *
 * <p>It keeps account of the offsets: what it has given and what it has called lost is always the
 * whole range so far, each offset once. A block that is missing or damaged fails the task, or is
 * skipped with a warning where the user has chosen so. To skip a damaged block it must be known
 * before its first row is given, so then every block is checked as a whole, at the price of reading
 * columns that the query may not need.
 *
 * <p>Confined to the task's thread.
 */
final class BlockPartitionReader implements PartitionReader<ColumnarBatch> {

  private static final Logger LOG = LoggerFactory.getLogger(BlockPartitionReader.class);

  private final MqttInputPartition input;
  private final boolean includeProperties;
  private final boolean skipLost;
  private final BlockCursor cursor;

  /** Offset that the next row must have. */
  private long expected;

  private @Nullable ColumnarBatch batch;
  private boolean closed;
  private long rows;
  private long bytes;
  private long blocks;
  private long lost;

  BlockPartitionReader(
      BlockSource source, MqttInputPartition input, boolean includeProperties, boolean skipLost) {
    this.input = input;
    this.includeProperties = includeProperties;
    this.skipLost = skipLost;
    this.expected = input.range().from();
    this.cursor = source.read(input.range());
  }

  @Override
  public boolean next() {
    batch = null;
    if (expected == input.range().until()) {
      return false;
    }
    Block block = nextBlock();
    if (block == null) {
      lost(input.range().until(), null);
      return false;
    }
    batch = show(block);
    return true;
  }

  private @Nullable Block nextBlock() {
    while (true) {
      Block block = cursor.next();
      if (block == null) {
        return null;
      }
      long end = block.firstOffset() + block.count();
      if (end <= expected || block.firstOffset() >= input.range().until()) {
        throw new IllegalStateException(
            "Block [%d, %d) of partition %d was found where offset %d was looked for"
                .formatted(block.firstOffset(), end, input.partition(), expected));
      }
      if (block.firstOffset() > expected) {
        lost(block.firstOffset(), null);
      }
      if (!skipLost) {
        return block;
      }
      try {
        block.verify();
        return block;
      } catch (CorruptBlockException e) {
        lost(Math.min(end, input.range().until()), e);
        if (expected == input.range().until()) {
          return null;
        }
      }
    }
  }

  /** Takes account of {@code [expected, until)} as lost. */
  private void lost(long until, @Nullable CorruptBlockException cause) {
    if (until == expected) {
      return;
    }
    String what =
        "Offsets [%d, %d) of partition %d cannot be read"
            .formatted(expected, until, input.partition());
    if (!skipLost) {
      throw new IllegalStateException(
          what
              + ": its store has no block for them, although it held them when the batch was"
              + " planned. Restore the store from the disk's last good state, or set"
              + " failOnDataLoss=false to skip them",
          cause);
    }
    LOG.warn("{} and are skipped, as failOnDataLoss is false", what, cause);
    lost += until - expected;
    expected = until;
  }

  private ColumnarBatch show(Block block) {
    int firstRow = (int) (expected - block.firstOffset());
    long end = Math.min(block.firstOffset() + block.count(), input.range().until());
    int count = (int) (end - expected);
    BorrowedBytes memory = new BorrowedBytes(block.bytes());
    ColumnVector[] columns = MessageColumns.of(block, memory, input.partition(), firstRow);
    if (includeProperties) {
      columns =
          Stream.of(columns, PropertyColumns.of(block, memory, firstRow, count))
              .flatMap(Stream::of)
              .toArray(ColumnVector[]::new);
    }
    expected = end;
    rows += count;
    bytes += block.length();
    blocks++;
    return new ColumnarBatch(columns, count);
  }

  @Override
  public ColumnarBatch get() {
    if (batch == null) {
      throw new IllegalStateException("there is no batch: next() has not returned true");
    }
    return batch;
  }

  @Override
  public CustomTaskMetric[] currentMetricsValues() {
    return new CustomTaskMetric[] {
      SourceMetric.ROWS.of(rows),
      SourceMetric.BYTES.of(bytes),
      SourceMetric.BLOCKS.of(blocks),
      SourceMetric.LOST.of(lost)
    };
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      batch = null;
      cursor.close();
    }
  }
}
