// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.executor;

import io.github.mqttpartitioned.cluster.ClusterTimeouts;
import io.github.mqttpartitioned.cluster.NodeRegistration;
import io.github.mqttpartitioned.cluster.coordinator.NodeLink;
import io.github.mqttpartitioned.cluster.coordinator.Nodes;
import io.github.mqttpartitioned.cluster.rpc.NodeClients;
import io.github.mqttpartitioned.cluster.rpc.RemoteNode;
import io.github.mqttpartitioned.cluster.rpc.StartMessage.Order;
import io.github.mqttpartitioned.option.settings.SourceSettings;
import io.github.mqttpartitioned.spark.executor.Executors.Executor;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.spark.SparkContext;
import org.apache.spark.rpc.RpcEndpointRef;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerBlockManagerAdded;
import org.apache.spark.scheduler.SparkListenerExecutorRemoved;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The nodes of one source: one in each executor of the application. An executor that comes later
 * gets a node, too. An executor whose node was lost gets another node, as long as Spark has the
 * executor.
 *
 * <p>A thread of its own starts the nodes, each by a small Spark job. It takes a look when an
 * executor comes or goes, when a job ends, when the next attempt of a start is due, and at least
 * once a second: only so does it notice a lost node. If all cores of an executor are taken by tasks
 * that wait for a partition, the executor starts its node itself, by {@link NodeRequests}.
 *
 * <p>Thread-safe.
 */
final class ClusterNodes implements Nodes, NodeRequests.Desk {

  private static final Logger LOG = LoggerFactory.getLogger(ClusterNodes.class);

  /** The maximum time between two looks. */
  private static final Duration LOOK = Duration.ofSeconds(1);

  private final SparkContext context;
  private final SourceSettings settings;
  private final long epoch;
  private final Supplier<List<Executor>> executors;
  private final Duration longestRest;
  private final Thread starter;
  private final SparkListener listener = new Events();
  private final Semaphore wakes = new Semaphore(0);
  private volatile Runnable onChange = () -> {};

  private volatile boolean closed;

  // Guarded by this.
  private final Map<Executor, RemoteNode> nodes = new LinkedHashMap<>();
  private final Map<Executor, NodeStart> starts = new LinkedHashMap<>();
  private List<Executor> present;
  private @Nullable RpcEndpointRef requests;

  private ClusterNodes(
      SparkContext context,
      SourceSettings settings,
      long epoch,
      Supplier<List<Executor>> executors,
      Duration longestRest) {
    this.context = context;
    this.settings = settings;
    this.epoch = epoch;
    this.executors = executors;
    this.longestRest = longestRest;
    this.present = executors.get();
    this.starter = new Thread(this::run, "mqtt-nodes");
    this.starter.setDaemon(true);
  }

  /**
   * Starts a node in each executor, and waits until the executors that are present now have one.
   * After 30 s it waits no longer.
   *
   * @throws UncheckedIOException when interrupted
   */
  static ClusterNodes open(SparkContext context, SourceSettings settings, long epoch) {
    return open(context, settings, epoch, Executors::present, LOOK);
  }

  /**
   * As {@link #open(SparkContext, SourceSettings, long)}.
   *
   * @param executors the executors that are present
   * @param longestRest maximum time between two looks
   */
  static ClusterNodes open(
      SparkContext context,
      SourceSettings settings,
      long epoch,
      Supplier<List<Executor>> executors,
      Duration longestRest) {
    ClusterNodes nodes = new ClusterNodes(context, settings, epoch, executors, longestRest);
    context.addSparkListener(nodes.listener);
    nodes.starter.start();
    try {
      nodes.listen();
      nodes.awaitFirst();
      return nodes;
    } catch (Throwable e) {
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
    Set<Executor> first = new HashSet<>(present);
    long deadline = System.nanoTime() + ClusterTimeouts.FIRST_NODES.toNanos();
    long left = ClusterTimeouts.FIRST_NODES.toNanos();
    while (!nodes.keySet().containsAll(first) && left > 0) {
      try {
        TimeUnit.NANOSECONDS.timedWait(this, left);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new UncheckedIOException(
            new InterruptedIOException("The query was stopped while its nodes started"));
      }
      first.retainAll(present);
      left = deadline - System.nanoTime();
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
    while (!closed) {
      try {
        if (look()) {
          onChange.run();
        }
      } catch (Exception e) {
        LOG.warn("The nodes of source {} cannot be checked now", settings.sourceId(), e);
      }
      try {
        rest();
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  /**
   * Compares the nodes with the executors, drops the nodes that are gone, and starts those that are
   * missing.
   *
   * @return whether a node has come or gone
   */
  private boolean look() {
    List<Executor> seen = executors.get();
    List<RemoteNode> gone = new ArrayList<>();
    boolean changed;
    synchronized (this) {
      if (closed) {
        return false;
      }
      present = seen;
      notifyAll();
      nodes
          .entrySet()
          .removeIf(
              entry ->
                  (entry.getValue().isLost() || !seen.contains(entry.getKey()))
                      && gone.add(entry.getValue()));
      starts.keySet().retainAll(seen);
      changed = !gone.isEmpty();
      for (Executor executor : seen) {
        changed |= start(executor);
      }
    }
    gone.forEach(RemoteNode::close);
    return changed;
  }

  private boolean start(Executor executor) {
    if (nodes.containsKey(executor)) {
      return false;
    }
    NodeStart start =
        starts.computeIfAbsent(
            executor, one -> new NodeStart(context, settings, epoch, one, this::wake));
    Optional<NodeRegistration> registration = start.poll();
    registration.ifPresent(given -> started(executor, given));
    return registration.isPresent();
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

  /** Rests until {@link #wake}, until a start is due, or for the longest rest. */
  private void rest() throws InterruptedException {
    long nanos = longestRest.toNanos();
    synchronized (this) {
      for (NodeStart start : starts.values()) {
        nanos = Math.min(nanos, start.rest().toNanos());
      }
    }
    if (wakes.tryAcquire(nanos, TimeUnit.NANOSECONDS)) {
      wakes.drainPermits();
    }
  }

  /** Has the thread take a look. Does not block: threads of Spark call it. */
  private void wake() {
    wakes.release();
  }

  @Override
  public synchronized @Nullable Order offer(String id) {
    Executor executor = closed ? null : starting(id);
    NodeStart start = executor == null ? null : starts.get(executor);
    return start == null ? null : start.handOver();
  }

  @Override
  public void started(String id, NodeRegistration registration) {
    synchronized (this) {
      Executor executor = closed ? null : starting(id);
      if (executor == null) {
        return;
      }
      LOG.info("A task of executor {} has started the node that it waits for", id);
      started(executor, registration);
    }
    onChange.run();
  }

  private @Nullable Executor starting(String id) {
    return starts.keySet().stream()
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

  @Override
  public void close() {
    List<RemoteNode> all;
    RpcEndpointRef endpoint;
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
      endpoint = requests;
      all = List.copyOf(nodes.values());
      starts.values().forEach(NodeStart::cancel);
      nodes.clear();
    }
    wake();
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
