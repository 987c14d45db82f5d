// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.receiver;

import io.github.mqttpartitioned.mqtt.BrokerUrl;
import io.github.mqttpartitioned.option.BrokerMode;
import io.github.mqttpartitioned.option.SourceSettings;
import java.util.List;

/**
 * Which URL of its broker a member connects to: one, or in a cluster each in turn, beginning with
 * that of its partition. Confined to the receiver thread.
 */
final class EntryPoints {

  private final List<BrokerUrl> urls;
  private int current;

  /** Attempts since the last pause. */
  private int attempts;

  EntryPoints(SourceSettings settings, int partition) {
    boolean isCluster = settings.brokerMode() == BrokerMode.CLUSTER;
    this.urls = isCluster ? settings.brokers() : List.of(settings.broker(partition));
    this.current = partition % urls.size();
  }

  int count() {
    return urls.size();
  }

  BrokerUrl current() {
    return urls.get(current);
  }

  /**
   * Goes on to the next URL, as the connection to this one has ended.
   *
   * @return whether there is one that was not tried since the last pause
   */
  boolean next() {
    current = (current + 1) % urls.size();
    attempts = (attempts + 1) % urls.size();
    return attempts > 0;
  }
}
