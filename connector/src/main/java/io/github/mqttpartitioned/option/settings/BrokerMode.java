// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.option.settings;

import io.github.mqttpartitioned.mqtt.EntryPoints;
import io.github.mqttpartitioned.mqtt.network.BrokerUrl;
import java.util.List;

/** What several URLs in {@code brokerUrl} are to each other. */
public enum BrokerMode {
  /** Each URL is a broker of its own. A client stays with the URL of its partition. */
  INDEPENDENT,
  /** The URLs lead to one broker. A client begins with the URL of its partition, and takes any. */
  CLUSTER;

  /** The URLs of {@code brokerUrl} that lead to the broker of a partition. */
  public List<BrokerUrl> urlsOf(int partition, List<BrokerUrl> all) {
    return this == CLUSTER ? all : List.of(all.get(partition % all.size()));
  }

  /** Where a partition's client connects to; a cluster may send it from server to server. */
  public EntryPoints entryPoints(int partition, List<BrokerUrl> all) {
    return new EntryPoints(urlsOf(partition, all), partition, this == CLUSTER);
  }
}
