// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.read;

import io.github.mqttpartitioned.block.BlockSource;
import io.github.mqttpartitioned.cluster.node.Node;
import io.github.mqttpartitioned.metrics.ReadMeters;
import io.github.mqttpartitioned.spark.vector.BlockVectors;
import io.github.mqttpartitioned.spark.vector.MqttColumns;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.connector.read.InputPartition;
import org.apache.spark.sql.connector.read.PartitionReader;
import org.apache.spark.sql.connector.read.PartitionReaderFactory;
import org.apache.spark.sql.vectorized.ColumnarBatch;

/**
 * Creates the readers of tasks. All of them are columnar.
 *
 * @param blocks gives a task the blocks of its partition
 * @param columns what rows have
 * @param policy what to do about offsets that cannot be read
 */
public record MqttPartitionReaderFactory(
    BlockSources blocks, MqttColumns columns, LossPolicy policy) implements PartitionReaderFactory {

  @Override
  public boolean supportColumnarReads(InputPartition partition) {
    return true;
  }

  @Override
  public PartitionReader<ColumnarBatch> createColumnarReader(InputPartition partition) {
    MqttInputPartition part = (MqttInputPartition) partition;
    return reader(part, blocks.of(part), meters(part));
  }

  /** The rows of a partition from the beginning of its range on, as they come. */
  public FollowingRows follow(InputPartition partition) {
    MqttInputPartition part = (MqttInputPartition) partition;
    BlockSource source = blocks.of(part);
    ReadMeters meters = meters(part);
    return new FollowingRows(source, reader(part, source, meters), meters);
  }

  private BlockPartitionReader reader(
      MqttInputPartition part, BlockSource source, ReadMeters meters) {
    return new BlockPartitionReader(source, part, meters::read, new BlockVectors(columns), policy);
  }

  private static ReadMeters meters(MqttInputPartition part) {
    return ReadMeters.of(
        part.sourceId(), part.group(), part.partition(), Node.ofThisJvm().address().name());
  }

  @Override
  public PartitionReader<InternalRow> createReader(InputPartition partition) {
    throw new UnsupportedOperationException("Every read is columnar");
  }
}
