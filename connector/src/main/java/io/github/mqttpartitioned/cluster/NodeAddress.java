// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.cluster;

import java.io.Serializable;

/**
 * Which node, and where other nodes reach it.
 *
 * @param name the executor's id
 * @param host as Spark knows it; stores stay with their host
 * @param port that it listens on, 0 in local mode: nobody needs to reach it
 */
public record NodeAddress(String name, String host, int port) implements Serializable {

  @Override
  public String toString() {
    return name + " (" + host + (port == 0 ? "" : ":" + port) + ")";
  }
}
