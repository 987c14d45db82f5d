// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.executor;

import io.github.mqttpartitioned.cluster.ClusterTimeouts;
import io.github.mqttpartitioned.cluster.NodeRegistration;
import io.github.mqttpartitioned.cluster.coordinator.NodeLink;
import io.github.mqttpartitioned.cluster.coordinator.Nodes;
import io.github.mqttpartitioned.cluster.rpc.NodeClients;
import io.github.mqttpartitioned.cluster.rpc.RemoteNode;
import io.github.mqttpartitioned.cluster.rpc.StartMessage.Order;
import io.github.mqttpartitioned.option.SourceSettings;
import io.github.mqttpartitioned.spark.executor.Executors.Executor;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.spark.SparkContext;
import org.apache.spark.rpc.RpcEndpointRef;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerBlockManagerAdded;
import org.apache.spark.scheduler.SparkListenerExecutorRemoved;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node in each executor of the application, for one source. Executors that come later get theirs,
 * and one whose node was lost gets another one, as long as Spark has it.
 *
 * <p>Thread-safe. A thread of its own starts the nodes, by a small Spark job each; it sleeps until
 * an executor comes or goes, or a node is lost. An executor whose cores are all taken by tasks that
 * wait for a node is told by its {@linkplain NodeRequests request}.
 */
final class ClusterNodes implements Nodes, NodeRequests.Desk {

  private static final Logger LOG = LoggerFactory.getLogger(ClusterNodes.class);

  /** The longest that the thread takes no look by itself. */
  private static final Duration LOOK = Duration.ofSeconds(1);

  private final SparkContext context;
  private final SourceSettings settings;
  private final long epoch;
  private final Thread starter;
  private final SparkListener listener = new Events();
  private volatile Runnable onChange = () -> {};

  // Guarded by this.
  private final Map<Executor, RemoteNode> nodes = new LinkedHashMap<>();
  private final Map<Executor, NodeStart> starts = new LinkedHashMap<>();
  private @Nullable RpcEndpointRef requests;
  private boolean closed;

  private ClusterNodes(SparkContext context, SourceSettings settings, long epoch) {
    this.context = context;
    this.settings = settings;
    this.epoch = epoch;
    this.starter = new Thread(this::run, "mqtt-nodes");
    this.starter.setDaemon(true);
  }

  /**
   * Starts a node in each executor that there is, and waits for them.
   *
   * @throws UncheckedIOException when interrupted
   */
  static ClusterNodes open(SparkContext context, SourceSettings settings, long epoch) {
    ClusterNodes nodes = new ClusterNodes(context, settings, epoch);
    context.addSparkListener(nodes.listener);
    nodes.starter.start();
    try {
      nodes.listen();
      nodes.awaitFirst();
      return nodes;
    } catch (Exception e) {
      // Spark throws checked exceptions that it does not declare.
      nodes.close();
      throw e;
    }
  }

  private void listen() {
    RpcEndpointRef endpoint = NodeRequests.open(settings.sourceId(), this);
    synchronized (this) {
      requests = endpoint;
    }
  }

  private synchronized void awaitFirst() {
    List<Executor> first = Executors.present();
    long deadline = System.nanoTime() + ClusterTimeouts.FIRST_NODES.toNanos();
    while (!nodes.keySet().containsAll(first) && System.nanoTime() < deadline) {
      first = first.stream().filter(Executors.present()::contains).toList();
      try {
        TimeUnit.MILLISECONDS.timedWait(this, 100);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new UncheckedIOException(new InterruptedIOException("stopped while nodes started"));
      }
    }
  }

  @Override
  public synchronized List<NodeLink> live() {
    List<NodeLink> live = new ArrayList<>();
    nodes.values().stream().filter(node -> !node.isLost()).forEach(live::add);
    return live;
  }

  @Override
  public boolean isFixed() {
    return false;
  }

  @Override
  public void onChange(Runnable changed) {
    onChange = changed;
  }

  private void run() {
    while (look()) {
      onChange.run();
    }
  }

  /**
   * Compares what there is with what there should be, and sleeps.
   *
   * @return false when closed
   */
  private boolean look() {
    List<RemoteNode> lost = new ArrayList<>();
    try {
      List<Executor> present = Executors.present();
      synchronized (this) {
        if (closed) {
          return false;
        }
        nodes
            .entrySet()
            .removeIf(
                entry ->
                    (entry.getValue().isLost() || !present.contains(entry.getKey()))
                        && lost.add(entry.getValue()));
        starts.keySet().retainAll(present);
        for (Executor executor : present) {
          start(executor);
        }
      }
      lost.forEach(RemoteNode::close);
      if (!lost.isEmpty()) {
        onChange.run();
      }
    } catch (Exception e) {
      LOG.warn("Cannot look after the nodes of source {} now", settings.sourceId(), e);
    }
    return sleep();
  }

  private void start(Executor executor) {
    if (nodes.containsKey(executor)) {
      return;
    }
    NodeStart start =
        starts.computeIfAbsent(executor, one -> new NodeStart(context, settings, epoch, one));
    start.poll().ifPresent(registration -> started(executor, registration));
  }

  private void started(Executor executor, NodeRegistration registration) {
    NodeStart start = starts.remove(executor);
    if (start != null) {
      start.cancel();
    }
    RemoteNode node = link(registration);
    nodes.put(executor, node);
    node.start();
    notifyAll();
  }

  @Override
  public synchronized @Nullable Order offer(String id) {
    Executor executor = closed ? null : known(id);
    NodeStart start = executor == null ? null : starts.get(executor);
    return start == null ? null : start.handOver();
  }

  @Override
  public void started(String id, NodeRegistration registration) {
    synchronized (this) {
      Executor executor = known(id);
      if (closed || executor == null || nodes.containsKey(executor)) {
        return;
      }
      LOG.info("The node of executor {} was started by a task that waits for it", id);
      started(executor, registration);
    }
    onChange.run();
  }

  private static @Nullable Executor known(String id) {
    return Executors.present().stream()
        .filter(executor -> executor.id().equals(id))
        .findFirst()
        .orElse(null);
  }

  private RemoteNode link(NodeRegistration registration) {
    return new RemoteNode(
        settings.sourceId(),
        registration,
        new NodeClients(SparkNetwork.current()),
        this::nodeChanged);
  }

  private void nodeChanged() {
    onChange.run();
  }

  private synchronized boolean sleep() {
    try {
      if (!closed) {
        boolean starting = !starts.isEmpty();
        TimeUnit.MILLISECONDS.timedWait(this, starting ? 20 : LOOK.toMillis());
      }
      return !closed;
    } catch (InterruptedException e) {
      return false;
    }
  }

  private synchronized void wake() {
    notifyAll();
  }

  @Override
  public void close() {
    List<RemoteNode> all;
    RpcEndpointRef endpoint;
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
      notifyAll();
      endpoint = requests;
      all = List.copyOf(nodes.values());
      starts.values().forEach(NodeStart::cancel);
      nodes.clear();
    }
    if (!context.isStopped()) {
      if (endpoint != null) {
        NodeRequests.close(endpoint);
      }
      context.removeSparkListener(listener);
    }
    all.forEach(RemoteNode::close);
  }

  private final class Events extends SparkListener {
    @Override
    public void onBlockManagerAdded(SparkListenerBlockManagerAdded added) {
      wake();
    }

    @Override
    public void onExecutorRemoved(SparkListenerExecutorRemoved removed) {
      wake();
    }
  }
}
