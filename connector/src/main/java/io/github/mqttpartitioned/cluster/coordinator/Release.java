// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.cluster.coordinator;

import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has all nodes give a source back at once. Each node is asked by a thread of its own, because
 * Spark interrupts the thread of a query that is stopped.
 */
final class Release {

  private static final Logger LOG = LoggerFactory.getLogger(Release.class);

  private Release() {}

  /**
   * Returns when all nodes have given the source back. Failures are logged.
   *
   * @return whether the caller's thread was interrupted, before or meanwhile; its interrupt status
   *     is cleared
   */
  static boolean on(List<NodeLink> nodes, String sourceId) {
    List<Thread> threads = nodes.stream().map(node -> start(node, sourceId)).toList();
    boolean interrupted = Thread.interrupted();
    for (Thread thread : threads) {
      interrupted |= joinWhole(thread);
    }
    return interrupted;
  }

  private static Thread start(NodeLink node, String sourceId) {
    Thread thread =
        new Thread(
            () -> {
              try {
                node.release(sourceId);
              } catch (RuntimeException e) {
                LOG.warn("Node {} cannot release source {}", node.address(), sourceId, e);
              }
            },
            "mqtt-release");
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  private static boolean joinWhole(Thread thread) {
    boolean interrupted = false;
    while (true) {
      try {
        thread.join();
        return interrupted;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
  }
}
