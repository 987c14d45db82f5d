// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.metrics;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The meters of one query on all nodes, as one text. All nodes are asked at the same time. A node
 * that does not answer in time is shown as down, and is not asked again before it has answered.
 * Thread-safe.
 */
public final class ClusterScrape implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(ClusterScrape.class);

  private final String group;
  private final Supplier<Map<String, Supplier<String>>> nodes;
  private final Duration patience;
  private final Map<String, Future<String>> asked = new LinkedHashMap<>();
  private final ExecutorService askers =
      Executors.newCachedThreadPool(
          task -> {
            Thread thread = new Thread(task, "mqtt-metrics-scrape");
            thread.setDaemon(true);
            return thread;
          });

  /**
   * @param group the text holds the meters of this group only
   * @param nodes by name of a node: what asks the node for its text, and may throw
   * @param patience for all nodes together
   */
  public ClusterScrape(
      String group, Supplier<Map<String, Supplier<String>>> nodes, Duration patience) {
    this.group = group;
    this.nodes = nodes;
    this.patience = patience;
  }

  /** Asks every node, and the driver's own JVM. */
  public synchronized String text() {
    Map<String, Supplier<String>> now = nodes.get();
    asked.keySet().retainAll(now.keySet());
    now.forEach((node, ask) -> asked.computeIfAbsent(node, name -> askers.submit(() -> ask.get())));
    Exposition merged = new Exposition(group);
    merged.add(PrometheusText.scrape());
    long deadline = System.nanoTime() + patience.toNanos();
    List<String> down = new ArrayList<>();
    for (String node : now.keySet()) {
      String text = answer(node, deadline - System.nanoTime());
      merged.add(text);
      if (text.isEmpty()) {
        down.add(node);
      }
    }
    now.keySet().forEach(node -> merged.addNodeUp(node, !down.contains(node)));
    return merged.text();
  }

  /** The node's text; empty when it does not come in time. */
  private String answer(String node, long waitNanos) {
    Future<String> answer = asked.get(node);
    if (answer == null) {
      return "";
    }
    try {
      String text = answer.get(Math.max(0, waitNanos), TimeUnit.NANOSECONDS);
      asked.remove(node);
      return text;
    } catch (TimeoutException e) {
      LOG.debug("Node {} has not sent its meters in time", node);
    } catch (ExecutionException e) {
      asked.remove(node);
      LOG.debug("Node {} cannot send its meters", node, e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return "";
  }

  @Override
  public void close() {
    askers.shutdownNow();
  }
}
