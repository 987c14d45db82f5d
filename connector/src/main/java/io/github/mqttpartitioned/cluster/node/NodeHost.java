// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.cluster.node;

import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_LEASE_EXPIRED;
import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_PARTITION_NOT_HOSTED;
import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_SOURCE_ALREADY_RUNNING;

import io.github.mqttpartitioned.cluster.ClusterTimeouts;
import io.github.mqttpartitioned.cluster.NodeAddress;
import io.github.mqttpartitioned.cluster.NodeRegistration;
import io.github.mqttpartitioned.cluster.PartitionLocations;
import io.github.mqttpartitioned.cluster.rpc.Answer;
import io.github.mqttpartitioned.cluster.rpc.Answer.Failed.Reason;
import io.github.mqttpartitioned.cluster.rpc.Network;
import io.github.mqttpartitioned.cluster.rpc.NodeClients;
import io.github.mqttpartitioned.cluster.rpc.NodeServer;
import io.github.mqttpartitioned.cluster.rpc.NodeService;
import io.github.mqttpartitioned.cluster.rpc.Request;
import io.github.mqttpartitioned.metrics.ReadMeters;
import io.github.mqttpartitioned.option.settings.SourceSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The node of an executor, as its driver reaches it. It takes sources on, answers requests, and
 * gives a source back when the driver says so or has been silent for too long. Port, connections
 * and threads are closed with the last source.
 *
 * <p>Thread-safe. A driver's requests take effect in the order in which they were sent: the network
 * reads a connection with one thread, and that thread takes note of each request. It does nothing
 * that waits.
 *
 * <p>The lock of this object guards which sources the node has. No thread waits for a receiver or a
 * store while it holds the lock: one source that stops slowly does not delay another one.
 */
public final class NodeHost implements NodeService {

  private static final Logger LOG = LoggerFactory.getLogger(NodeHost.class);
  private static final NodeHost OF_THIS_JVM =
      new NodeHost(
          Node.ofThisJvm(), ClusterTimeouts.LEASE, System::nanoTime, System::currentTimeMillis);

  /** Time for the last answer to leave before the port is closed. */
  private static final Duration FAREWELL = Duration.ofMillis(300);

  private final Node node;
  private final Duration leaseLimit;
  private final LongSupplier nanoTime;
  private final LongSupplier wallMillis;
  private final Map<String, SourceLease> leases = new ConcurrentHashMap<>();
  private final AtomicLong registrationIds = new AtomicLong(System.nanoTime());
  private volatile @Nullable Running running;

  /** What exists while the node has a source. */
  private record Running(
      NodeAddress address,
      NodeServer server,
      NodeClients clients,
      NodeThreads threads,
      NodeRequestHandler handler) {}

  NodeHost(Node node, Duration leaseLimit, LongSupplier nanoTime, LongSupplier wallMillis) {
    this.node = node;
    this.leaseLimit = leaseLimit;
    this.nanoTime = nanoTime;
    this.wallMillis = wallMillis;
  }

  public static NodeHost ofThisJvm() {
    return OF_THIS_JVM;
  }

  /**
   * Takes a source on for one run of its query. Partitions of an earlier run are given back, and
   * those of the same run, too: its driver has lost the node, and begins anew. Does not wait for
   * their receivers: while one of them has a store open, the partition is not opened again.
   *
   * @param name of the executor
   * @param host of the executor, to listen on
   * @throws IllegalStateException when a later run has been here
   */
  public NodeRegistration register(
      SourceSettings settings, long epoch, String name, String host, Supplier<Network> network) {
    NodeAddress address;
    SourceLease lease;
    synchronized (this) {
      SourceLease present = leases.get(settings.sourceId());
      requireNotOlder(settings.sourceId(), epoch, present);
      Running now = running;
      if (now == null) {
        now = open(name, host, network.get());
        running = now;
      }
      if (present != null) {
        replace(present, now);
      }
      address = now.address;
      lease =
          new SourceLease(
              settings,
              epoch,
              registrationIds.incrementAndGet(),
              leaseLimit,
              nanoTime,
              wallMillis,
              now.threads.soon(this::serveWaiters));
      leases.put(settings.sourceId(), lease);
      ReadMeters.keep(settings.sourceId());
    }
    LOG.info("Node {} takes on source {}, epoch {}", address, settings.sourceId(), epoch);
    return new NodeRegistration(
        address, lease.registrationId(), StoreNames.in(Path.of(settings.storeDir())));
  }

  private static void requireNotOlder(String sourceId, long epoch, @Nullable SourceLease present) {
    if (present != null && present.epoch() > epoch) {
      throw new IllegalStateException(
          MQTT_SOURCE_ALREADY_RUNNING.message(
              """
              A later start of the query runs source %s on this node: its epoch is %d, and this \
              one's is %d. Stop one of the two queries."""
                  .formatted(sourceId, present.epoch(), epoch)));
    }
  }

  private void replace(SourceLease former, Running now) {
    former.end();
    former.takeAnswerable().forEach(Runnable::run);
    List<HostedPartition> partitions = node.take(former.settings().sourceId());
    now.threads.workers().execute(() -> Node.end(partitions));
  }

  private Running open(String name, String host, Network network) {
    NodeServer server = new NodeServer(network, host, this);
    NodeThreads threads = new NodeThreads();
    threads.every(ClusterTimeouts.LEASE_CHECK, this::tick);
    NodeAddress address = new NodeAddress(name, host, server.port());
    node.setAddress(address);
    return new Running(
        address,
        server,
        new NodeClients(network),
        threads,
        new NodeRequestHandler(this, node, threads.workers(), nanoTime));
  }

  /** Whether a source has been taken on. */
  public boolean has(String sourceId) {
    return leases.containsKey(sourceId);
  }

  /** Connections to other nodes, for tasks of this JVM; empty while no source is here. */
  public Optional<NodeClients> clients() {
    return Optional.ofNullable(running).map(Running::clients);
  }

  /** Where a source's partitions are, as far as the driver has told this node. */
  public PartitionLocations locations(String sourceId) {
    SourceLease lease = leases.get(sourceId);
    return lease == null ? PartitionLocations.UNKNOWN : lease.locations();
  }

  @Override
  public CompletableFuture<Answer> answer(Request request) {
    Running now = running;
    if (now == null) {
      return CompletableFuture.completedFuture(notHere("any source"));
    }
    try {
      return request.accept(now.handler);
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  /** The lease of a source, if {@code registrationId} is that of its last registration. */
  @Nullable SourceLease find(String sourceId, long registrationId) {
    SourceLease lease = leases.get(sourceId);
    return lease != null && lease.registrationId() == registrationId ? lease : null;
  }

  /** The answer of a node that does not host what it is asked about. */
  Answer notHere(String what) {
    Running now = running;
    return new Answer.Failed(
        Reason.NOT_HERE,
        MQTT_PARTITION_NOT_HOSTED.message(
            now == null
                ? "The node is closed and hosts nothing"
                : "Node %s does not host %s".formatted(now.address, what)));
  }

  private void serveWaiters() {
    leases.values().forEach(lease -> lease.takeAnswerable().forEach(Runnable::run));
  }

  private void tick() {
    serveWaiters();
    Running now = running;
    for (SourceLease lease : leases.values()) {
      if (now != null && lease.isOver() && lease.beginEnd()) {
        LOG.warn(
            MQTT_LEASE_EXPIRED.message(
                """
                The driver of source %s has been silent for more than %d s, or a clock of this \
                host has jumped: the node releases its partitions"""
                    .formatted(lease.settings().sourceId(), leaseLimit.toSeconds())));
        now.threads.workers().execute(() -> release(lease, Node::end));
      }
    }
  }

  /**
   * Gives a source back, and returns when that is done. The lease lasts until the receivers have
   * ended, so that they can acknowledge what they store last.
   */
  void release(SourceLease lease, Consumer<List<HostedPartition>> end) {
    synchronized (lease.releasing()) {
      try {
        end.accept(take(lease));
      } finally {
        forget(lease);
      }
    }
  }

  private synchronized List<HostedPartition> take(SourceLease lease) {
    lease.beginEnd();
    String sourceId = lease.settings().sourceId();
    // A later run has its own lease, and its partitions are not to be touched.
    return leases.get(sourceId) == lease ? node.take(sourceId) : List.of();
  }

  private synchronized void forget(SourceLease lease) {
    lease.end();
    serveWaiters();
    leases.remove(lease.settings().sourceId(), lease);
    Running now = running;
    if (leases.isEmpty() && now != null) {
      now.threads.after(FAREWELL, this::closeIfIdle);
    }
  }

  private synchronized void closeIfIdle() {
    Running now = running;
    if (now != null && leases.isEmpty()) {
      running = null;
      now.server.close();
      now.clients.close();
      now.threads.close();
      LOG.info("Node {} has no source any more and is closed", now.address);
    }
  }
}
