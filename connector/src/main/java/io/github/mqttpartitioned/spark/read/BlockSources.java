// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.read;

import io.github.mqttpartitioned.block.BlockSource;
import java.io.Serializable;

/** Where a task finds the blocks of its partition. Goes to the executors with the tasks. */
@FunctionalInterface
public interface BlockSources extends Serializable {

  /**
   * The blocks that a task reads.
   *
   * @throws RuntimeException naming the partition, when it cannot be read from this JVM
   */
  BlockSource of(MqttInputPartition input);
}
