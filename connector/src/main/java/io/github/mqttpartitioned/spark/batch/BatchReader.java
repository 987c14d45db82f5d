// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.batch;

import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_OFFSETS_NOT_HELD;
import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_STORE_REPLACED;

import io.github.mqttpartitioned.block.Block;
import io.github.mqttpartitioned.block.BlockCursor;
import io.github.mqttpartitioned.block.BlockSource;
import io.github.mqttpartitioned.block.OffsetRange;
import io.github.mqttpartitioned.spark.read.BlockPartitionReader;
import io.github.mqttpartitioned.spark.read.DamagedBlocks;
import io.github.mqttpartitioned.spark.read.LossPolicy;
import io.github.mqttpartitioned.spark.vector.BlockVectors;
import io.github.mqttpartitioned.spark.vector.DeadLetterColumns;
import io.github.mqttpartitioned.spark.vector.MqttColumns;
import java.time.Duration;
import java.util.stream.IntStream;
import org.apache.spark.sql.connector.metric.CustomTaskMetric;
import org.apache.spark.sql.connector.read.PartitionReader;
import org.apache.spark.sql.vectorized.ColumnVector;
import org.apache.spark.sql.vectorized.ColumnarBatch;
import org.jspecify.annotations.Nullable;

/**
 * Reads a range for a batch read. The running query may trim the store meanwhile. A range that
 * begins with the first offset of the store loses what is trimmed before its first row is read.
 *
 * <p>Confined to the task's thread.
 */
final class BatchReader implements PartitionReader<ColumnarBatch> {

  /**
   * A read that begins with the first offset is close behind what the query trims. In this time it
   * gets ahead of it.
   */
  private static final Duration HOLD = Duration.ofMillis(500);

  private final BlockSource source;
  private final BatchPartition part;
  private final MqttColumns columns;
  private final boolean includeDeadLetters;
  private final LossPolicy policy;
  private final Runnable whenClosed;
  private @Nullable BlockPartitionReader reader;
  private boolean begun;

  BatchReader(
      BlockSource source,
      BatchPartition part,
      MqttColumns columns,
      boolean includeDeadLetters,
      boolean failOnDataLoss,
      Runnable whenClosed) {
    this.source = source;
    this.part = part;
    this.columns = columns;
    this.includeDeadLetters = includeDeadLetters;
    this.whenClosed = whenClosed;
    this.policy = new LossPolicy(failOnDataLoss, false);
  }

  @Override
  public boolean next() {
    while (true) {
      try {
        BlockPartitionReader current = reader;
        if (current == null) {
          current = open(range());
          reader = current;
        }
        boolean more = current.next();
        begun |= more;
        return more;
      } catch (RuntimeException e) {
        if (begun || !part.fromEarliest() || !isNotHeld(e)) {
          throw e;
        }
        // The query has trimmed the store since this range was found.
        closeReader();
      }
    }
  }

  private BlockPartitionReader open(OffsetRange range) {
    return new BlockPartitionReader(
        new Held(source),
        part.input().withRange(range),
        (rows, bytes, local) -> {},
        new BlockVectors(columns),
        policy);
  }

  /** The part of the range that the store holds, within the times that the read asks for. */
  private OffsetRange range() {
    OffsetRange asked = part.input().range();
    long from = part.fromEarliest() ? earliest(asked) : asked.from();
    long until = Math.max(from, asked.until());
    if (part.startMicros() != BatchPartition.NO_TIME && from < until) {
      from = border(from, until, part.startMicros());
    }
    if (part.endMicros() != BatchPartition.NO_TIME && from < until) {
      until = border(from, until, part.endMicros());
    }
    return new OffsetRange(from, until);
  }

  private long border(long from, long until, long micros) {
    return TimeBorder.find(source, new OffsetRange(from, until), micros, !policy.fail());
  }

  private long earliest(OffsetRange range) {
    try (BlockCursor cursor = source.read(new OffsetRange(range.from(), range.from() + 1))) {
      Block block = cursor.next();
      return block == null ? range.until() : range.from();
    } catch (RuntimeException e) {
      if (isNotHeld(e)) {
        return DamagedBlocks.end(source, range);
      }
      throw e;
    }
  }

  /**
   * Whether lower offsets are gone. The text has the condition: another node sends only the text.
   */
  private static boolean isNotHeld(RuntimeException e) {
    return MQTT_OFFSETS_NOT_HELD.isOf(e) || MQTT_STORE_REPLACED.isOf(e);
  }

  /** The blocks of a source, from one snapshot at the beginning. */
  private record Held(BlockSource source) implements BlockSource {
    @Override
    public BlockCursor read(OffsetRange range) {
      return source.read(range, HOLD);
    }

    @Override
    public boolean isLocal() {
      return source.isLocal();
    }
  }

  @Override
  public ColumnarBatch get() {
    if (reader == null) {
      throw new IllegalStateException("There is no batch: next() has not returned true");
    }
    ColumnarBatch batch = reader.get();
    if (!includeDeadLetters) {
      return batch;
    }
    int given = batch.numCols();
    ColumnVector[] all =
        IntStream.rangeClosed(0, given)
            .mapToObj(
                column -> column < given ? batch.column(column) : DeadLetterColumns.noReason())
            .toArray(ColumnVector[]::new);
    return new ColumnarBatch(all, batch.numRows());
  }

  @Override
  public CustomTaskMetric[] currentMetricsValues() {
    BlockPartitionReader current = reader;
    return current == null ? new CustomTaskMetric[0] : current.currentMetricsValues();
  }

  @Override
  public void close() {
    closeReader();
    whenClosed.run();
  }

  private void closeReader() {
    BlockPartitionReader current = reader;
    reader = null;
    if (current != null) {
      current.close();
    }
  }
}
