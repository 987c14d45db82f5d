// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.cluster.rpc;

import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_NODE_UNREACHABLE;

import org.jspecify.annotations.Nullable;

/** A node cannot be reached, or does not host what it is asked for: another node may. */
public final class UnreachableException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /**
   * @param message gets the condition, unless it begins with the one that a node has given
   */
  public UnreachableException(String message, @Nullable Throwable cause) {
    super(RemoteException.with(MQTT_NODE_UNREACHABLE, message), cause);
  }
}
