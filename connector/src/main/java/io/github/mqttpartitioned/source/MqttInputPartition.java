package io.github.mqttpartitioned.source;

import io.github.mqttpartitioned.model.OffsetRange;
import org.apache.spark.sql.connector.read.InputPartition;

/**
 * What one task of a micro-batch reads.
 *
 * @param sourceId whose store
 * @param group share name, for meters
 * @param partition 0 to N - 1
 * @param range offsets to read, held by the store when the batch was planned; never empty
 */
record MqttInputPartition(String sourceId, String group, int partition, OffsetRange range)
    implements InputPartition {

  @Override
  public String toString() {
    return "partition " + partition + " " + range;
  }
}
