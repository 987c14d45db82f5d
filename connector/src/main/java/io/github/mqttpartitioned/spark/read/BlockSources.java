// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.read;

import io.github.mqttpartitioned.block.BlockSource;
import java.io.Serializable;

/** Gives a task the blocks of its partition. Spark serializes it into the tasks. */
@FunctionalInterface
public interface BlockSources extends Serializable {

  /**
   * The blocks that a task reads.
   *
   * @throws RuntimeException if the partition cannot be read from this JVM; it names the partition
   */
  BlockSource of(MqttInputPartition input);
}
