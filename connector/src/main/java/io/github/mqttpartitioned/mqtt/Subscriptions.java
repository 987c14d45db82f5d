// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.mqtt;

import java.util.List;

/**
 * What a session subscribes to and what it gives up, once it is connected. An empty list means that
 * the packet is not sent.
 *
 * @param subscribe topic filters for SUBSCRIBE (section 3.8), all with Retain As Published
 * @param qos the maximum QoS that SUBSCRIBE asks for: 0, 1 or 2
 * @param unsubscribe topic filters for UNSUBSCRIBE (section 3.10)
 */
public record Subscriptions(List<String> subscribe, int qos, List<String> unsubscribe) {

  public Subscriptions {
    subscribe = List.copyOf(subscribe);
    unsubscribe = List.copyOf(unsubscribe);
  }
}
