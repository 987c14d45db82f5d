// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.batch;

import io.github.mqttpartitioned.block.BlockSource;
import io.github.mqttpartitioned.spark.read.BlockSources;
import io.github.mqttpartitioned.spark.vector.MqttColumns;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.connector.read.InputPartition;
import org.apache.spark.sql.connector.read.PartitionReader;
import org.apache.spark.sql.connector.read.PartitionReaderFactory;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.vectorized.ColumnarBatch;

/**
 * Creates the readers of a batch read's tasks. All of them are columnar.
 *
 * @param blocks gives the blocks of a partition that a node hosts
 * @param schema what Spark expects
 * @param columns what the rows of messages have
 */
record BatchReaderFactory(
    BlockSources blocks,
    StructType schema,
    MqttColumns columns,
    boolean includeDeadLetters,
    boolean failOnDataLoss)
    implements PartitionReaderFactory {

  @Override
  public boolean supportColumnarReads(InputPartition partition) {
    return true;
  }

  @Override
  public PartitionReader<ColumnarBatch> createColumnarReader(InputPartition partition) {
    BatchPartition part = (BatchPartition) partition;
    if (part.directory().isEmpty()) {
      return reader(part, blocks.of(part.input()), () -> {});
    }
    LocalBlocks local = new LocalBlocks(part);
    return reader(part, local, local::close);
  }

  private PartitionReader<ColumnarBatch> reader(
      BatchPartition part, BlockSource source, Runnable whenClosed) {
    return part.deadLetters()
        ? new DeadLetterReader(source, part.input().partition(), schema, whenClosed)
        : new BatchReader(source, part, columns, includeDeadLetters, failOnDataLoss, whenClosed);
  }

  @Override
  public PartitionReader<InternalRow> createReader(InputPartition partition) {
    throw new UnsupportedOperationException("Every read is columnar");
  }
}
