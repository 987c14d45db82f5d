// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.cluster.rpc;

import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_NODE_FAILED;

import io.github.mqttpartitioned.error.ErrorCondition;

/** What went wrong on another node, in its words. */
public final class RemoteException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /**
   * @param message of the node. It keeps its condition; one that has none gets {@link
   *     ErrorCondition#MQTT_NODE_FAILED}.
   */
  RemoteException(String message) {
    super(with(MQTT_NODE_FAILED, message));
  }

  /** A message with a condition: its own, or else the given one. */
  static String with(ErrorCondition condition, String message) {
    return message.startsWith("[MQTT_") ? message : condition.message(message);
  }
}
