// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.cluster;

import java.util.Set;

/**
 * A node's answer when it takes a source on for one run of its query.
 *
 * @param address of the node
 * @param id carried by each request of the driver. A node that has released the source since, or
 *     has taken it on anew, does not know the id any more.
 * @param stores names of the source's stores on the node's host
 */
public record NodeRegistration(NodeAddress address, long id, Set<String> stores) {

  public NodeRegistration {
    stores = Set.copyOf(stores);
  }
}
