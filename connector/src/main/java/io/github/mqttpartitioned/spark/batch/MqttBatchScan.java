// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.batch;

import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_READ_REFUSED;
import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_STORE_ELSEWHERE;

import io.github.mqttpartitioned.block.LogExtent;
import io.github.mqttpartitioned.block.OffsetRange;
import io.github.mqttpartitioned.cluster.NodeAddress;
import io.github.mqttpartitioned.option.BatchOptions;
import io.github.mqttpartitioned.spark.executor.SparkHost;
import io.github.mqttpartitioned.spark.read.BlockSources;
import io.github.mqttpartitioned.spark.read.MqttInputPartition;
import io.github.mqttpartitioned.spark.read.SourceMetric;
import io.github.mqttpartitioned.spark.stream.LiveSources;
import io.github.mqttpartitioned.spark.vector.MqttColumns;
import io.github.mqttpartitioned.store.StoreView;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.spark.sql.connector.metric.CustomMetric;
import org.apache.spark.sql.connector.read.Batch;
import org.apache.spark.sql.connector.read.InputPartition;
import org.apache.spark.sql.connector.read.PartitionReaderFactory;
import org.apache.spark.sql.connector.read.Scan;
import org.apache.spark.sql.connector.read.streaming.MicroBatchStream;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/** One batch read. What the stores hold is looked up when Spark plans the tasks. */
public final class MqttBatchScan implements Scan, Batch {

  private final BatchOptions options;
  private final StructType schema;
  private final Supplier<SparkHost> application;

  /** The application and what it serves, once the tasks are planned. */
  private @Nullable BlockSources blocks;

  public MqttBatchScan(BatchOptions options, StructType schema, Supplier<SparkHost> application) {
    this.options = options;
    this.schema = schema;
    this.application = application;
  }

  @Override
  public StructType readSchema() {
    return schema;
  }

  @Override
  public String description() {
    return "mqtt-partitioned, stored by " + options.sourceCheckpoint();
  }

  @Override
  public ColumnarSupportMode columnarSupportMode() {
    return ColumnarSupportMode.SUPPORTED;
  }

  @Override
  public CustomMetric[] supportedCustomMetrics() {
    return SourceMetric.all();
  }

  @Override
  public Batch toBatch() {
    return this;
  }

  @Override
  public MicroBatchStream toMicroBatchStream(String checkpointLocation) {
    throw new IllegalArgumentException(
        MQTT_READ_REFUSED.message(
            """
            sourceCheckpoint is an option of spark.read. To receive messages in a streaming query, \
            give brokerUrl and topics, and not sourceCheckpoint."""));
  }

  @Override
  public InputPartition[] planInputPartitions() {
    SparkHost host = application.get();
    StoredSource source = StoredSource.of(options, host.hadoop());
    Optional<LiveSources.Live> live = LiveSources.find(source.identity().sourceId());
    blocks = host.blocks();
    if (live.isEmpty()) {
      requireOneHost(host);
    }
    Stores stores = live.map(one -> Stores.of(source, one)).orElseGet(() -> Stores.of(source));
    BatchPlan plan = new BatchPlan(options, stores.extents);
    int slices = Math.max(1, host.parallelism() / source.partitions());
    List<InputPartition> tasks = new ArrayList<>();
    for (int partition = 0; partition < source.partitions(); partition++) {
      OffsetRange range = plan.range(partition);
      if (!range.isEmpty()) {
        for (OffsetRange slice : BatchPlan.slices(range, slices)) {
          tasks.add(
              new BatchPartition(
                  input(source, partition, slice, stores.nodes.get(partition)),
                  stores.directories.get(partition),
                  plan.isFromEarliest(partition),
                  BatchPartition.micros(options.startingTimestamp()),
                  BatchPartition.micros(options.endingTimestamp()),
                  false));
        }
      }
      if (options.includeDeadLetters() && stores.exists(partition)) {
        tasks.add(
            new BatchPartition(
                input(source, partition, range, stores.nodes.get(partition)),
                stores.directories.get(partition),
                false,
                BatchPartition.NO_TIME,
                BatchPartition.NO_TIME,
                true));
      }
    }
    return tasks.toArray(InputPartition[]::new);
  }

  private static MqttInputPartition input(
      StoredSource source, int partition, OffsetRange range, @Nullable NodeAddress node) {
    return new MqttInputPartition(
        source.identity().sourceId(), source.identity().group(), partition, range, node);
  }

  private static void requireOneHost(SparkHost host) {
    if (!host.otherHosts().isEmpty()) {
      throw new IllegalStateException(
          MQTT_STORE_ELSEWHERE.message(
              """
              The query does not run in this application, so its stores are read through the \
              files of this host, but executors run on other hosts (%s). Read in the application \
              of the running query, or in local mode on the host of the stores."""
                  .formatted(String.join(", ", host.otherHosts()))));
    }
  }

  /**
   * Where the stores of a source are, by partition.
   *
   * @param extents what each holds; nothing for a store that does not exist
   * @param directories on this host; empty where a node serves the blocks
   * @param nodes that host the partitions; null for none
   */
  private record Stores(
      List<LogExtent> extents, List<String> directories, List<@Nullable NodeAddress> nodes) {

    private static final LogExtent NOTHING = LogExtent.emptyAt(0);

    /** Of a query that runs in this application. */
    static Stores of(StoredSource source, LiveSources.Live live) {
      List<LogExtent> extents = live.lastStored().extents();
      List<@Nullable NodeAddress> nodes = new ArrayList<>();
      List<String> directories = new ArrayList<>();
      for (int partition = 0; partition < source.partitions(); partition++) {
        NodeAddress node = live.host(partition).orElse(null);
        nodes.add(node);
        // In local mode the file is beside the node: the read goes on when the query stops.
        directories.add(
            node != null && node.port() == 0
                ? source.directory(partition).map(Path::toString).orElse("")
                : "");
      }
      return new Stores(extents, directories, nodes);
    }

    /** On this host. */
    static Stores of(StoredSource source) {
      List<LogExtent> extents = new ArrayList<>();
      List<String> directories = new ArrayList<>();
      List<@Nullable NodeAddress> nodes = new ArrayList<>();
      for (int partition = 0; partition < source.partitions(); partition++) {
        Optional<Path> directory = source.directory(partition);
        extents.add(extent(source, partition, directory));
        directories.add(directory.map(Path::toString).orElse(""));
        nodes.add(null);
      }
      return new Stores(extents, directories, nodes);
    }

    private static LogExtent extent(StoredSource source, int partition, Optional<Path> directory) {
      if (directory.isEmpty()) {
        return NOTHING;
      }
      try (StoreView view =
          StoreView.open(directory.get(), source.identity().sourceId(), partition)) {
        return view.extent();
      }
    }

    boolean exists(int partition) {
      return nodes.get(partition) != null || !directories.get(partition).isEmpty();
    }
  }

  @Override
  public PartitionReaderFactory createReaderFactory() {
    if (blocks == null) {
      throw new IllegalStateException("Spark must plan the tasks before it asks for their readers");
    }
    return new BatchReaderFactory(
        blocks,
        schema,
        MqttColumns.of(options),
        options.includeDeadLetters(),
        options.failOnDataLoss());
  }
}
