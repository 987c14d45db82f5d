// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.sender;

import io.github.mqttpartitioned.mqtt.network.BrokerUrl;

/** How errors and log lines name a sender. */
record SenderName(String clientId, BrokerUrl broker) {

  @Override
  public String toString() {
    return "Sender %s of broker %s".formatted(clientId, broker);
  }
}
