// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.cluster.rpc;

import io.github.mqttpartitioned.block.LogExtent;
import io.github.mqttpartitioned.cluster.ClusterTimeouts;
import io.github.mqttpartitioned.cluster.NodeAddress;
import io.github.mqttpartitioned.cluster.NodeRegistration;
import io.github.mqttpartitioned.cluster.PartitionAssignment;
import io.github.mqttpartitioned.cluster.PartitionLocations;
import io.github.mqttpartitioned.cluster.coordinator.NodeLink;
import io.github.mqttpartitioned.cluster.rpc.Answer.Failed;
import io.github.mqttpartitioned.cluster.rpc.Answer.Report;
import io.github.mqttpartitioned.cluster.rpc.Request.Advance;
import io.github.mqttpartitioned.cluster.rpc.Request.Assign;
import io.github.mqttpartitioned.cluster.rpc.Request.Leave;
import io.github.mqttpartitioned.cluster.rpc.Request.Poll;
import io.github.mqttpartitioned.cluster.rpc.Request.PublishLocations;
import io.github.mqttpartitioned.cluster.rpc.Request.Release;
import io.github.mqttpartitioned.cluster.rpc.Request.Scrape;
import io.github.mqttpartitioned.option.settings.SourceSettings;
import io.github.mqttpartitioned.receiver.PartitionStatus;
import io.github.mqttpartitioned.receiver.PartitionStatus.Counts;
import io.github.mqttpartitioned.receiver.PartitionStatus.State;
import io.github.mqttpartitioned.receiver.Progress;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node in another JVM, as the driver sees it for one source. A thread polls the node: it answers
 * when the status of a partition has changed, and {@link #status} returns what it reported last. A
 * second thread connects and sends the requests in the order in which they were made, so no caller
 * waits for a connection.
 *
 * <p>A node is lost for good once it does not answer a request, refuses a connection, or has
 * released the source. Nothing more is asked of it then. Thread-safe.
 */
public final class RemoteNode implements NodeLink, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(RemoteNode.class);

  /** Time between two polls: as often as Spark looks. */
  private static final Duration PACE = Duration.ofMillis(10);

  private final NodeAddress address;
  private final String sourceId;
  private final NodeRegistration registration;
  private final RequestSender sender;
  private final Runnable changed;
  private final Map<Integer, PartitionStatus> failedAssignments = new ConcurrentHashMap<>();
  private final Thread poller;
  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile Map<Integer, PartitionStatus> reported = Map.of();
  private volatile boolean lost;

  /**
   * @param registration the node's answer when it took the source on
   * @param clients closed together with the link
   * @param changed runs when the node is lost, or cannot host a partition that it was assigned
   */
  public RemoteNode(
      String sourceId, NodeRegistration registration, NodeClients clients, Runnable changed) {
    this.address = registration.address();
    this.sourceId = sourceId;
    this.registration = registration;
    this.sender = new RequestSender(address, clients);
    this.changed = changed;
    this.poller = new Thread(this::poll, "mqtt-node-" + address.name());
    this.poller.setDaemon(true);
  }

  /** Begins to poll. */
  public void start() {
    poller.start();
  }

  public boolean isLost() {
    return lost;
  }

  private void poll() {
    long seen = -1;
    long answered = System.nanoTime();
    try {
      while (!closed.await(PACE.toMillis(), TimeUnit.MILLISECONDS) && !lost) {
        Duration left = ClusterTimeouts.SUSPECT.minusNanos(System.nanoTime() - answered);
        if (left.isNegative()) {
          lose("it has not answered for " + ClusterTimeouts.SUSPECT.toSeconds() + " s");
          return;
        }
        Answer answer = sender.ask(new Poll(sourceId, registration.id(), seen), left);
        if (answer instanceof Report report) {
          answered = System.nanoTime();
          seen = report.version();
          reported = report.partitions();
        } else if (answer instanceof Failed failed) {
          lose(failed.message());
          return;
        }
      }
    } catch (InterruptedException | UnreachableException e) {
      lose(String.valueOf(e.getMessage()));
    } catch (RuntimeException e) {
      LOG.error("The answer of node {} cannot be understood", address, e);
      lose(String.valueOf(e.getMessage()));
    }
  }

  private void lose(String why) {
    if (closed.getCount() > 0 && !lost) {
      LOG.warn("Node {} is lost: {}", address, why);
    }
    lost = true;
    changed.run();
  }

  @Override
  public NodeAddress address() {
    return address;
  }

  @Override
  public boolean hasStore(SourceSettings settings, PartitionAssignment assignment) {
    return registration.stores().contains(assignment.directoryName());
  }

  /** Returns at once; a failure shows in {@link #status}. */
  @Override
  public void assign(SourceSettings settings, PartitionAssignment assignment) {
    int partition = assignment.partition();
    failedAssignments.remove(partition);
    tell(
        new Assign(sourceId, registration.id(), assignment),
        failure ->
            failedAssignments.put(
                partition,
                new PartitionStatus(
                    State.FAILED,
                    new RemoteException(failure),
                    LogExtent.emptyAt(assignment.firstOffset()),
                    0,
                    Counts.NONE)));
  }

  @Override
  public @Nullable PartitionStatus status(String source, int partition) {
    PartitionStatus failed = failedAssignments.get(partition);
    return failed != null ? failed : reported.get(partition);
  }

  @Override
  public void progress(String source, int partition, Progress progress) {
    tell(
        new Advance(sourceId, registration.id(), partition, progress),
        failure ->
            LOG.warn(
                "Node {} does not take the progress of partition {}: {}",
                address,
                partition,
                failure));
  }

  @Override
  public String scrape() {
    Answer answer = sender.ask(new Scrape(), ClusterTimeouts.NODE_SCRAPE);
    if (answer instanceof Answer.Text text) {
      return text.text();
    }
    throw new RemoteException("Node " + address + " does not tell its meters: " + answer);
  }

  @Override
  public void publishLocations(String source, PartitionLocations locations) {
    tell(
        new PublishLocations(sourceId, registration.id(), locations),
        failure ->
            LOG.warn(
                "Node {} does not take the locations of the partitions: {}", address, failure));
  }

  /**
   * Sends a request and does not wait. A node that does not answer is lost, since it may not have
   * read the request; so is a node that has released the source.
   */
  private void tell(Request request, Consumer<String> onError) {
    if (lost) {
      return;
    }
    Future<?> unused =
        sender
            .send(request)
            .whenComplete(
                (answer, unanswered) -> {
                  if (unanswered != null) {
                    lose(String.valueOf(unanswered.getMessage()));
                  } else if (answer instanceof Failed failed) {
                    failed(failed, onError);
                  }
                });
  }

  private void failed(Failed failed, Consumer<String> onError) {
    if (failed.reason() == Failed.Reason.NOT_HERE) {
      lose(failed.message());
    } else {
      onError.accept(failed.message());
      changed.run();
    }
  }

  @Override
  public void release(String source, int partition) {
    if (!lost) {
      require(
          sender.ask(new Release(sourceId, registration.id(), partition), ClusterTimeouts.RELEASE));
    }
  }

  @Override
  public void release(String source) {
    if (!lost) {
      closed.countDown();
      require(sender.ask(new Leave(sourceId, registration.id()), ClusterTimeouts.RELEASE));
    }
  }

  private void require(Answer answer) {
    if (answer instanceof Failed failed && failed.reason() != Failed.Reason.NOT_HERE) {
      throw new RemoteException("Node " + address + ": " + failed.message());
    }
  }

  /** Ends the link. Closing twice is fine. */
  @Override
  public void close() {
    closed.countDown();
    lost = true;
    sender.close();
  }

  @Override
  public String toString() {
    return "node " + address;
  }
}
