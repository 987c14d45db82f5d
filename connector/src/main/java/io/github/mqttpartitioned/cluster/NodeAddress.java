// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.cluster;

import java.io.Serializable;

/**
 * Name of a node, and where other nodes reach it.
 *
 * @param name the executor's id
 * @param host as Spark knows it; a store stays on its host
 * @param port that the node listens on; 0 in local mode, where no other node exists
 */
public record NodeAddress(String name, String host, int port) implements Serializable {

  @Override
  public String toString() {
    return name + " (" + host + (port == 0 ? "" : ":" + port) + ")";
  }
}
