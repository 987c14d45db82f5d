package io.github.mqttpartitioned.coordinator;

import io.github.mqttpartitioned.model.LogExtent;
import io.github.mqttpartitioned.model.PartitionStatus;
import io.github.mqttpartitioned.model.PartitionStatus.State;
import io.github.mqttpartitioned.model.SourceSettings;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds a source's partitions on the nodes that there are, for as long as a query runs.
 *
 * <p>Thread-safe. {@link #start} and {@link #close} may meet: a start that finds itself closed
 * releases what it has assigned.
 */
public final class Coordinator implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Coordinator.class);
  private static final long POLL_MILLIS = 5;

  private final SourceSettings settings;
  private final long[] firstOffsets;
  private final List<NodeLink> holders = new ArrayList<>();
  private final CountDownLatch closed = new CountDownLatch(1);

  /**
   * @param firstOffsets by partition: where a store begins that has to be created
   * @param nodes partition p is held by node p mod count
   */
  public Coordinator(SourceSettings settings, long[] firstOffsets, List<NodeLink> nodes) {
    this.settings = settings;
    this.firstOffsets = firstOffsets.clone();
    for (int partition = 0; partition < settings.partitions(); partition++) {
      holders.add(nodes.get(partition % nodes.size()));
    }
  }

  /**
   * Assigns every partition and waits until each member has once been connected and subscribed.
   *
   * @throws RuntimeException the first failure of a member or a store; everything has been released
   *     then
   * @throws UncheckedIOException when interrupted
   */
  public void start() {
    try {
      for (int partition = 0; partition < holders.size(); partition++) {
        holders.get(partition).assign(new Assignment(settings, partition, firstOffsets[partition]));
      }
      for (int partition = 0; partition < holders.size(); partition++) {
        awaitConnected(partition);
      }
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  private void awaitConnected(int partition) {
    while (true) {
      PartitionStatus status = throwProblemOf(partition);
      // A member whose store is full has been connected, and waits for the query to read.
      if (status.counts().connections() > 0 || status.state() == State.STORE_FULL) {
        return;
      }
      try {
        if (closed.await(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
          throw new IllegalStateException("the query was stopped while its members connected");
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new UncheckedIOException(
            new InterruptedIOException("stopped while partition " + partition + " connected"));
      }
    }
  }

  /**
   * What each partition holds durably.
   *
   * @throws RuntimeException the failure of a partition that has stopped for good
   */
  public List<LogExtent> extents() {
    List<LogExtent> extents = new ArrayList<>(holders.size());
    for (int partition = 0; partition < holders.size(); partition++) {
      extents.add(throwProblemOf(partition).extent());
    }
    return extents;
  }

  /** How each partition is doing; unlike {@link #extents}, failures are told, not thrown. */
  public List<PartitionStatus> status() {
    List<PartitionStatus> status = new ArrayList<>(holders.size());
    for (int partition = 0; partition < holders.size(); partition++) {
      status.add(statusOf(partition));
    }
    return status;
  }

  /**
   * Allows the stores to drop what lies wholly below an offset.
   *
   * @param before by partition
   */
  public void trim(long[] before) {
    for (int partition = 0; partition < holders.size(); partition++) {
      holders.get(partition).trim(settings.sourceId(), partition, before[partition]);
    }
  }

  /**
   * Tells the nodes what Spark is done with.
   *
   * @param before by partition
   */
  public void processed(long[] before) {
    for (int partition = 0; partition < holders.size(); partition++) {
      holders.get(partition).processed(settings.sourceId(), partition, before[partition]);
    }
  }

  /** Releases every partition. Never throws; what fails is logged. Closing twice is fine. */
  @Override
  public void close() {
    closed.countDown();
    for (NodeLink node : Set.copyOf(holders)) {
      try {
        node.release(settings.sourceId());
      } catch (RuntimeException e) {
        LOG.warn("Cannot release source {} on node {}", settings.sourceId(), node.name(), e);
      }
    }
  }

  private PartitionStatus statusOf(int partition) {
    return holders.get(partition).status(settings.sourceId(), partition);
  }

  private PartitionStatus throwProblemOf(int partition) {
    PartitionStatus status = statusOf(partition);
    if (status.state() == State.FAILED && status.problem() != null) {
      throw status.problem();
    }
    return status;
  }
}
