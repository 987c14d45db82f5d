// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.read;

import io.github.mqttpartitioned.block.OffsetRange;
import io.github.mqttpartitioned.cluster.NodeAddress;
import io.github.mqttpartitioned.cluster.rpc.UnreachableException;
import org.apache.spark.sql.connector.read.InputPartition;
import org.jspecify.annotations.Nullable;

/**
 * What one task of a micro-batch reads.
 *
 * @param sourceId whose store
 * @param group share name, for meters
 * @param partition 0 to N - 1
 * @param range offsets to read, held by the store when the batch was planned; never empty
 * @param holder node that held the partition when the batch was planned; null for none
 */
public record MqttInputPartition(
    String sourceId, String group, int partition, OffsetRange range, @Nullable NodeAddress holder)
    implements InputPartition {

  /** Only a node that lives: Spark waits for one that does not. */
  @Override
  public String[] preferredLocations() {
    return holder == null || holder.port() == 0
        ? new String[0]
        : new String[] {TaskLocation.ofExecutor(holder.name(), holder.host())};
  }

  /**
   * The node that held the partition when the batch was planned.
   *
   * @throws UnreachableException when there was none
   */
  public NodeAddress requireHolder() {
    if (holder == null) {
      throw new UnreachableException("No node holds partition " + partition, null);
    }
    return holder;
  }

  @Override
  public String toString() {
    return "partition " + partition + " " + range;
  }
}
