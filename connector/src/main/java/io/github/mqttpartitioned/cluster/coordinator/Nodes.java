// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.cluster.coordinator;

import java.util.List;

/** The nodes that can host a source's partitions; they may come and go. Thread-safe. */
public interface Nodes extends AutoCloseable {

  /**
   * The nodes that can be reached now. A link that has been lost does not return: a node that comes
   * back has a new link.
   */
  List<NodeLink> live();

  /** Whether no node comes or goes. */
  boolean isFixed();

  /** Has {@code listener} run after a node has come or gone. */
  void onChange(Runnable listener);

  /** Ends the connections to the nodes. Closing twice is fine. */
  @Override
  void close();

  /** A node that is always there. */
  static Nodes fixed(NodeLink node) {
    return new Nodes() {
      @Override
      public List<NodeLink> live() {
        return List.of(node);
      }

      @Override
      public boolean isFixed() {
        return true;
      }

      @Override
      public void onChange(Runnable listener) {}

      @Override
      public void close() {}
    };
  }
}
