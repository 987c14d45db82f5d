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
  /** {@link BrokerOptions#maxInflight}. */
  MAX_INFLIGHT,
  /** {@link BrokerOptions#maxQueued}. */
  MAX_QUEUED,
  /** {@link BrokerOptions#maxQos}. */
  MAX_QOS
}
