// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.read;

import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_PARTITION_NOT_HOSTED;

import io.github.mqttpartitioned.block.OffsetRange;
import io.github.mqttpartitioned.cluster.NodeAddress;
import io.github.mqttpartitioned.cluster.rpc.UnreachableException;
import org.apache.spark.sql.connector.read.InputPartition;
import org.jspecify.annotations.Nullable;

/**
 * What one task reads.
 *
 * @param sourceId source that the partition belongs to
 * @param group share name, for meters
 * @param partition 0 to N - 1
 * @param range offsets to read, never empty; the store held them when the batch was planned. A task
 *     of {@code Trigger.RealTime} reads on from an empty range until its time is over
 * @param node the node that hosted the partition when the batch was planned; null for none
 */
public record MqttInputPartition(
    String sourceId, String group, int partition, OffsetRange range, @Nullable NodeAddress node)
    implements InputPartition {

  /** The executor of a node that is up. Spark would wait for an executor that is not there. */
  @Override
  public String[] preferredLocations() {
    return node == null || node.port() == 0
        ? new String[0]
        : new String[] {TaskLocation.ofExecutor(node.name(), node.host())};
  }

  /**
   * The node that hosted the partition when the batch was planned.
   *
   * @throws UnreachableException if there was none
   */
  public NodeAddress requireNode() {
    if (node == null) {
      throw new UnreachableException(
          MQTT_PARTITION_NOT_HOSTED.message("No node hosts partition %d now".formatted(partition)),
          null);
    }
    return node;
  }

  /** The same partition with other offsets. */
  public MqttInputPartition withRange(OffsetRange other) {
    return new MqttInputPartition(sourceId, group, partition, other, node);
  }

  @Override
  public String toString() {
    return "partition " + partition + " " + range;
  }
}
