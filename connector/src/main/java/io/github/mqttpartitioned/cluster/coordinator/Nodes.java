// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.cluster.coordinator;

import java.util.List;

/** The nodes that can hold a source's partitions; they may come and go. Thread-safe. */
public interface Nodes extends AutoCloseable {

  /**
   * Those that can be reached now. One that has been lost is not among them again: should it come
   * back, it does so as another link.
   */
  List<NodeLink> live();

  /** Whether these are all that there will ever be. */
  boolean isFixed();

  /** Has {@code listener} run whenever a node has come or gone. */
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
