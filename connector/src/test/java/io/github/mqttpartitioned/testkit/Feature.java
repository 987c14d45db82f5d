package io.github.mqttpartitioned.testkit;

/** What not every kind of test broker can do. */
public enum Feature {
  /** {@link TestBroker#kill}. */
  KILL,
  /** {@link BrokerOptions#durable}. */
  DURABLE,
  /** {@link BrokerOptions#maxInflight}. */
  MAX_INFLIGHT,
  /** {@link BrokerOptions#maxQueued}. */
  MAX_QUEUED,
  /** {@link BrokerOptions#maxQos}. */
  MAX_QOS
}
