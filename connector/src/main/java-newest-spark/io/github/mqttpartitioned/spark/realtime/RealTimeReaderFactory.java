// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.realtime;

import io.github.mqttpartitioned.spark.read.MqttInputPartition;
import io.github.mqttpartitioned.spark.read.MqttPartitionReaderFactory;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.connector.read.InputPartition;
import org.apache.spark.sql.connector.read.PartitionReader;
import org.apache.spark.sql.connector.read.PartitionReaderFactory;

/**
 * Creates the readers of real-time tasks. They give rows: Spark's real-time scan takes no columns.
 *
 * @param read how the tasks read
 */
record RealTimeReaderFactory(MqttPartitionReaderFactory read) implements PartitionReaderFactory {

  @Override
  public PartitionReader<InternalRow> createReader(InputPartition partition) {
    return new RealTimeReader(((MqttInputPartition) partition).partition(), read.follow(partition));
  }
}
