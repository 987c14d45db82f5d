// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.mqttpartitioned.block.OffsetRange;
import io.github.mqttpartitioned.cluster.NodeAddress;
import io.github.mqttpartitioned.cluster.rpc.UnreachableException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class MqttInputPartitionTest {

  @Test
  void partitionOfANodeNamesIt() {
    NodeAddress node = new NodeAddress("1", "host", 4711);
    assertThat(partition(node).requireNode()).isEqualTo(node);
  }

  @Test
  void partitionWithoutANodeIsNotHosted() {
    assertThatThrownBy(() -> partition(null).requireNode())
        .isInstanceOf(UnreachableException.class)
        .hasMessage("[MQTT_PARTITION_NOT_HOSTED] No node hosts partition 3 now");
  }

  private static MqttInputPartition partition(@Nullable NodeAddress node) {
    return new MqttInputPartition("id", "group", 3, new OffsetRange(0, 9), node);
  }
}
