// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.testkit;

/** What not every kind of test broker can do. */
public enum Feature {
  /** {@link TestBroker#kill}. */
  KILL,
  /** {@link BrokerOptions#durable}. */
  DURABLE,
  /**
   * Delivers a QoS 2 message again under the packet id that it had, as [MQTT-4.4.0-1] demands.
   * Without that no receiver can tell it from a new message.
   */
  KEEPS_PACKET_IDS,
  /**
   * Sends on when a small Receive Maximum is used up and acknowledgements come. Artemis does not
   * always: with one of 5, a client that acknowledges each message at once gets 28 to 39 of 40.
   */
  RECEIVE_MAXIMUM,
  /**
   * Keeps what it has for a session, and shares what comes out among the members of a shared
   * subscription one by one. Artemis has one queue for all members, which goes with the last
   * UNSUBSCRIBE.
   */
  QUEUE_PER_SESSION,
  /** {@link BrokerOptions#address}. */
  ADDRESS,
  /** {@link BrokerOptions#maxInflight}. */
  MAX_INFLIGHT,
  /** {@link BrokerOptions#maxQueued}. */
  MAX_QUEUED,
  /** {@link BrokerOptions#maxQos}. */
  MAX_QOS,
  /** {@link TestBroker#changePassword}. */
  PASSWORD_CHANGES
}
