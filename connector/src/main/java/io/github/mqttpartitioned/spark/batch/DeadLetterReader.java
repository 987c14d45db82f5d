// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.batch;

import io.github.mqttpartitioned.block.BlockSource;
import io.github.mqttpartitioned.block.DeadLetter;
import io.github.mqttpartitioned.spark.vector.DeadLetterColumns;
import java.util.List;
import org.apache.spark.sql.connector.read.PartitionReader;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.vectorized.ColumnarBatch;
import org.jspecify.annotations.Nullable;

/** Gives Spark the dead letters of a partition, as one batch. */
final class DeadLetterReader implements PartitionReader<ColumnarBatch> {

  private final BlockSource source;
  private final int partition;
  private final StructType schema;
  private final Runnable whenClosed;
  private @Nullable ColumnarBatch batch;

  DeadLetterReader(BlockSource source, int partition, StructType schema, Runnable whenClosed) {
    this.source = source;
    this.partition = partition;
    this.schema = schema;
    this.whenClosed = whenClosed;
  }

  @Override
  public boolean next() {
    if (batch != null) {
      return false;
    }
    List<DeadLetter> letters = source.deadLetters();
    batch = new ColumnarBatch(DeadLetterColumns.of(schema, letters, partition), letters.size());
    return !letters.isEmpty();
  }

  @Override
  public ColumnarBatch get() {
    if (batch == null) {
      throw new IllegalStateException("There is no batch: next() has not returned true");
    }
    return batch;
  }

  @Override
  public void close() {
    batch = null;
    whenClosed.run();
  }
}
