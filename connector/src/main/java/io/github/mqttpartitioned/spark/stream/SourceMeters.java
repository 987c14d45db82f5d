// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.stream;

import static java.util.Objects.requireNonNull;

import io.github.mqttpartitioned.cluster.ClusterTimeouts;
import io.github.mqttpartitioned.cluster.coordinator.NodeLink;
import io.github.mqttpartitioned.cluster.node.Node;
import io.github.mqttpartitioned.metrics.ClusterScrape;
import io.github.mqttpartitioned.metrics.MetricsEndpoint;
import io.github.mqttpartitioned.metrics.QueryMeters;
import io.github.mqttpartitioned.option.settings.SourceSettings;
import io.github.mqttpartitioned.spark.stream.plan.SourceOffset;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The driver's meters of a running source, and its endpoint for Prometheus if the user has asked
 * for one.
 *
 * <p>The query's thread tells it of batches. Any thread may read the meters.
 */
final class SourceMeters implements AutoCloseable {

  private static final long NO_BATCH = 0;

  private final QueryMeters meters;
  private final ClusterScrape scrape;
  private final @Nullable MetricsEndpoint endpoint;
  private final AtomicReference<SourceOffset> processed;

  /** When the present batch was planned. */
  private long batchNanos = NO_BATCH;

  private SourceMeters(
      QueryMeters meters,
      ClusterScrape scrape,
      @Nullable MetricsEndpoint endpoint,
      AtomicReference<SourceOffset> processed) {
    this.meters = meters;
    this.scrape = scrape;
    this.endpoint = endpoint;
    this.processed = processed;
  }

  /**
   * Registers the meters and opens the endpoint.
   *
   * @param processed what Spark has planned so far
   * @param lost offsets skipped so far
   * @param port where to serve them, empty for nowhere
   * @throws IllegalStateException if the port cannot be opened
   */
  static SourceMeters open(
      SourceSettings settings,
      SourcePartitions partitions,
      SourceOffset processed,
      LongSupplier lost,
      Optional<InetSocketAddress> port) {
    AtomicReference<SourceOffset> present = new AtomicReference<>(processed);
    ClusterScrape scrape =
        new ClusterScrape(settings.group(), () -> nodes(partitions), ClusterTimeouts.SCRAPE);
    MetricsEndpoint endpoint = null;
    try {
      // The endpoint first: no meter is registered if its port cannot be opened.
      endpoint = port.map(address -> MetricsEndpoint.open(address, scrape::text)).orElse(null);
      QueryMeters meters =
          new QueryMeters(
              settings.group(),
              settings.partitions(),
              Node.ofThisJvm().address().name(),
              partition -> backlog(partitions, requireNonNull(present.get()), partition),
              lost);
      return new SourceMeters(meters, scrape, endpoint, present);
    } catch (Throwable e) {
      if (endpoint != null) {
        endpoint.close();
      }
      scrape.close();
      throw e;
    }
  }

  /** Within a batch of minutes, what its task has read does not wait any more. */
  private static long backlog(SourcePartitions partitions, SourceOffset processed, int partition) {
    long done = Math.max(processed.get(partition), partitions.followed(partition));
    return Math.max(0, partitions.next(partition) - done);
  }

  private static Map<String, Supplier<String>> nodes(SourcePartitions partitions) {
    Map<String, Supplier<String>> nodes = new LinkedHashMap<>();
    for (NodeLink node : partitions.nodes()) {
      nodes.put(node.address().name(), node::scrape);
    }
    return nodes;
  }

  /** Takes note that everything before {@code before} is processed. */
  void processed(SourceOffset before) {
    processed.set(before);
  }

  /** Takes note that a batch with data is planned. For a batch that runs it changes nothing. */
  void batchBegins() {
    if (batchNanos == NO_BATCH) {
      batchNanos = System.nanoTime();
    }
  }

  /** Takes note that Spark has ended a trigger, with a batch or without. */
  void triggerEnds() {
    if (batchNanos != NO_BATCH) {
      meters.batch(Duration.ofNanos(System.nanoTime() - batchNanos));
      batchNanos = NO_BATCH;
    }
  }

  @Override
  public void close() {
    if (endpoint != null) {
      endpoint.close();
    }
    scrape.close();
    meters.close();
  }
}
