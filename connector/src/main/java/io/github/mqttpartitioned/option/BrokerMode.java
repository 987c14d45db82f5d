// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.option;

/** What several URLs in {@code brokerUrl} are to each other. */
public enum BrokerMode {
  /** Each URL is a broker of its own. A member stays with the URL of its partition. */
  INDEPENDENT,
  /** The URLs lead to one broker. A member begins with the URL of its partition, and takes any. */
  CLUSTER
}
