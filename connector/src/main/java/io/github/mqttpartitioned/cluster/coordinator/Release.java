// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.cluster.coordinator;

import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets a source go on all its nodes at once, in threads that the interrupt of a query that is
 * stopped does not reach.
 */
final class Release {

  private static final Logger LOG = LoggerFactory.getLogger(Release.class);

  private Release() {}

  /**
   * Returns when all nodes have let the source go. What fails is logged.
   *
   * @return whether the caller's thread was interrupted, before or meanwhile; its mark is cleared
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
                LOG.warn("Cannot release source {} on node {}", sourceId, node.address(), e);
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
