// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.mqtt.network.BrokerUrl;
import java.util.List;
import org.junit.jupiter.api.Test;

class EntryPointsTest {

  @Test
  void clientBeginsWithTheUrlOfItsPartitionAndGoesAround() {
    EntryPoints points = entryPoints(4, "tcp://a", "tcp://b", "tcp://c");
    assertThat(points.current()).isEqualTo(new BrokerUrl("tcp://b"));
    assertThat(points.next()).isTrue();
    assertThat(points.current()).isEqualTo(new BrokerUrl("tcp://c"));
    assertThat(points.next()).isTrue();
    // All were tried: now it is time for a pause.
    assertThat(points.next()).isFalse();
    assertThat(points.current()).isEqualTo(new BrokerUrl("tcp://b"));
  }

  @Test
  void onlyUrlIsTriedAfterEachPause() {
    EntryPoints points = entryPoints(4, "tcp://a");
    assertThat(points.next()).isFalse();
    assertThat(points.current()).isEqualTo(new BrokerUrl("tcp://a"));
  }

  @Test
  void onlyAClusterSendsItsClientsElsewhere() {
    assertThat(entryPoints(0, "tcp://a").follow("b:1")).isTrue();
    EntryPoints alone = new EntryPoints(List.of(new BrokerUrl("tcp://a")), 0, false);
    assertThat(alone.follow("b:1")).isFalse();
    assertThat(alone.current()).isEqualTo(new BrokerUrl("tcp://a"));
  }

  private static EntryPoints entryPoints(int partition, String... urls) {
    return new EntryPoints(List.of(urls).stream().map(BrokerUrl::new).toList(), partition, true);
  }
}
