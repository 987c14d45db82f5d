// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.mqtt;

import java.util.List;

/**
 * What a session subscribes to and what it gives up, once it is connected. An empty list means that
 * no such packet is sent.
 *
 * @param subscribe topic filters for SUBSCRIBE (section 3.8), all with Retain As Published
 * @param qos the maximum QoS that SUBSCRIBE asks for: 0, 1 or 2
 * @param retainHandling Retain Handling (section 3.8.3.1): {@link #RETAINED_IF_NEW} or {@link
 *     #RETAINED_NEVER}
 * @param unsubscribe topic filters for UNSUBSCRIBE (section 3.10)
 * @param filtersPerPacket maximum number of filters of one packet
 */
public record Subscriptions(
    List<String> subscribe,
    int qos,
    int retainHandling,
    List<String> unsubscribe,
    int filtersPerPacket) {

  /** Retain Handling: the broker sends retained messages if the subscription is new. */
  public static final int RETAINED_IF_NEW = 1;

  /** Retain Handling: the broker sends no retained messages at SUBSCRIBE. */
  public static final int RETAINED_NEVER = 2;

  /** Of a client that only publishes. */
  public static final Subscriptions NONE =
      new Subscriptions(List.of(), 0, RETAINED_NEVER, List.of(), 1);

  public Subscriptions {
    subscribe = List.copyOf(subscribe);
    unsubscribe = List.copyOf(unsubscribe);
  }
}
