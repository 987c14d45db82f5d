// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.batch;

import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_READ_REFUSED;
import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_STORE_ELSEWHERE;

import io.github.mqttpartitioned.block.LogExtent;
import io.github.mqttpartitioned.block.OffsetRange;
import io.github.mqttpartitioned.cluster.NodeAddress;
import io.github.mqttpartitioned.cluster.node.Node;
import io.github.mqttpartitioned.option.BatchOptions;
import io.github.mqttpartitioned.spark.executor.SparkHost;
import io.github.mqttpartitioned.spark.read.BlockSources;
import io.github.mqttpartitioned.spark.read.MqttInputPartition;
import io.github.mqttpartitioned.spark.read.SourceMetric;
import io.github.mqttpartitioned.spark.stream.LiveSources;
import io.github.mqttpartitioned.spark.vector.MqttColumns;
import io.github.mqttpartitioned.store.PartitionStore;
import io.github.mqttpartitioned.store.StoreException;
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
    Optional<LiveSources.Live> live = live(source.identity().sourceId(), host);
    blocks = host.blocks();
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

  /**
   * The query, if it runs in this application. With executors on other hosts only the query can say
   * what the stores hold: one that starts is waited for.
   */
  private static Optional<LiveSources.Live> live(String sourceId, SparkHost host) {
    long began = System.nanoTime();
    while (true) {
      boolean claimed = LiveSources.isClaimed(sourceId);
      Optional<LiveSources.Live> live = LiveSources.find(sourceId);
      if (live.isPresent() || host.otherHosts().isEmpty()) {
        return live;
      }
      IllegalStateException elsewhere = elsewhere(host, claimed);
      if (!claimed) {
        throw elsewhere;
      }
      LocalBlocks.pause(elsewhere, began);
    }
  }

  private static IllegalStateException elsewhere(SparkHost host, boolean claimed) {
    return new IllegalStateException(
        MQTT_STORE_ELSEWHERE.message(
            """
            The query %s in this application, so its stores are read through the files of this \
            host, but executors run on other hosts (%s). Read in the application of the running \
            query, or in local mode on the host of the stores."""
                .formatted(
                    claimed ? "still starts or stops" : "does not run",
                    String.join(", ", host.otherHosts()))));
  }

  /**
   * Where the stores of a source are, by partition.
   *
   * @param isLive whether the query runs in this application
   * @param extents what each holds; nothing for a store that does not exist
   * @param directories on this host; empty where a node serves the blocks
   * @param nodes that host the partitions; null for none
   */
  private record Stores(
      boolean isLive,
      List<LogExtent> extents,
      List<String> directories,
      List<@Nullable NodeAddress> nodes) {

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
      return new Stores(true, extents, directories, nodes);
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
      return new Stores(false, extents, directories, nodes);
    }

    private static LogExtent extent(StoredSource source, int partition, Optional<Path> directory) {
      if (directory.isEmpty()) {
        return NOTHING;
      }
      String sourceId = source.identity().sourceId();
      long began = System.nanoTime();
      while (true) {
        try {
          // A query of this application that starts or stops: its stores are open before it is
          // live, and after.
          Optional<PartitionStore> hosted = Node.ofThisJvm().store(sourceId, partition);
          if (hosted.isPresent()) {
            return hosted.get().extent();
          }
          try (StoreView view = StoreView.open(directory.get(), sourceId, partition)) {
            return view.extent();
          }
        } catch (StoreException.Unusable e) {
          LocalBlocks.pause(e, began);
        }
      }
    }

    /** A live query has a store for each partition, if not a node for it at this moment. */
    boolean exists(int partition) {
      return isLive || !directories.get(partition).isEmpty();
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
