// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.cluster.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.block.LogExtent;
import io.github.mqttpartitioned.cluster.PartitionAssignments;
import io.github.mqttpartitioned.cluster.node.Node;
import io.github.mqttpartitioned.option.settings.SourceSettings;
import io.github.mqttpartitioned.receiver.PartitionStatus.State;
import io.github.mqttpartitioned.testkit.Await;
import io.github.mqttpartitioned.testkit.MqttProperties;
import io.github.mqttpartitioned.testkit.PacketType;
import io.github.mqttpartitioned.testkit.Packets;
import io.github.mqttpartitioned.testkit.ScriptedBroker;
import io.github.mqttpartitioned.testkit.TestSettings;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The coordinator over a real node. */
class CoordinatorStartTest {

  private static final long SMALLEST_STORE = 16L << 20;

  private static final StoreGuard ANY_STORE =
      new StoreGuard() {
        @Override
        public void missing(int partition, long next) {}

        @Override
        public void requireNotOlder(int partition, long planned, LogExtent extent) {}
      };

  @TempDir Path folder;

  /** Only a query that has started can read and trim, so it must not wait for room. */
  @Test
  @Timeout(60)
  void startsAlthoughAStoreIsFullBeforeItsMemberIsSubscribed() {
    try (ScriptedBroker broker =
            ScriptedBroker.start(
                connection -> {
                  connection.accept(true, MqttProperties.NONE);
                  connection.expect(PacketType.SUBSCRIBE);
                  try {
                    for (int id = 1; id <= 20; id++) {
                      connection.send(Packets.publish("test/t", new byte[1 << 20], 1, id));
                    }
                  } catch (UncheckedIOException left) {
                    // As it should: its store is full before all of them are sent.
                  }
                });
        Coordinator coordinator =
            new Coordinator(
                settings(broker.url()),
                Nodes.fixed(Node.ofThisJvm()),
                PartitionAssignments.none(1).nextEpoch(),
                holders -> {},
                new long[1],
                new boolean[1],
                ANY_STORE,
                Duration.ZERO)) {
      coordinator.start(true);

      Await.value(
          "a full store",
          Duration.ofSeconds(30),
          () -> coordinator.status().get(0),
          status -> status.state() == State.STORE_FULL);
      assertThat(coordinator.extents().get(0).next()).isPositive();
    }
  }

  private SourceSettings settings(String url) {
    return new TestSettings(url, folder).sourceId("c0ffee").storeMaxBytes(SMALLEST_STORE).build();
  }
}
