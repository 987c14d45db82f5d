// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.stream;

import io.github.mqttpartitioned.cluster.ClusterTimeouts;
import io.github.mqttpartitioned.cluster.coordinator.Coordinator;
import io.github.mqttpartitioned.cluster.coordinator.NodeLink;
import io.github.mqttpartitioned.cluster.node.Node;
import io.github.mqttpartitioned.metrics.ClusterScrape;
import io.github.mqttpartitioned.metrics.MetricsEndpoint;
import io.github.mqttpartitioned.metrics.QueryMeters;
import io.github.mqttpartitioned.option.SourceSettings;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The driver's meters of a running source, and its endpoint for Prometheus where the user wants
 * one. Told of its batches by the query's thread; asked by any.
 */
final class SourceMeters implements AutoCloseable {

  private static final long NO_BATCH = 0;

  private final Coordinator coordinator;
  private final QueryMeters meters;
  private final ClusterScrape scrape;
  private final @Nullable MetricsEndpoint endpoint;

  private volatile SourceOffset processed;

  /** When the batch under way was planned. */
  private long batchNanos = NO_BATCH;

  private SourceMeters(
      SourceSettings settings,
      Coordinator coordinator,
      SourceOffset processed,
      LongSupplier lost,
      Optional<InetSocketAddress> port) {
    this.coordinator = coordinator;
    this.processed = processed;
    this.scrape = new ClusterScrape(settings.group(), this::nodes, ClusterTimeouts.SCRAPE);
    // Before any meter is there: it is what can fail.
    this.endpoint = port.map(address -> MetricsEndpoint.open(address, scrape::text)).orElse(null);
    this.meters =
        new QueryMeters(
            settings.group(),
            settings.partitions(),
            Node.ofThisJvm().address().name(),
            this::backlog,
            lost);
  }

  /**
   * Registers the meters.
   *
   * @param processed what Spark has planned so far
   * @param lost offsets skipped so far
   * @param port where to serve them, empty for nowhere
   * @throws IllegalStateException when the port cannot be listened on
   */
  static SourceMeters open(
      SourceSettings settings,
      Coordinator coordinator,
      SourceOffset processed,
      LongSupplier lost,
      Optional<InetSocketAddress> port) {
    return new SourceMeters(settings, coordinator, processed, lost, port);
  }

  private Map<String, Supplier<String>> nodes() {
    Map<String, Supplier<String>> nodes = new LinkedHashMap<>();
    for (NodeLink node : coordinator.nodes()) {
      nodes.put(node.address().name(), node::scrape);
    }
    return nodes;
  }

  private long backlog(int partition) {
    return Math.max(0, coordinator.status(partition).extent().next() - processed.get(partition));
  }

  /** Spark is done with all that lies before an offset. */
  void processed(SourceOffset before) {
    processed = before;
  }

  /** A batch with data is planned; said again of the same one, nothing changes. */
  void batchBegins() {
    if (batchNanos == NO_BATCH) {
      batchNanos = System.nanoTime();
    }
  }

  /** Spark has ended a trigger, with a batch or without. */
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
