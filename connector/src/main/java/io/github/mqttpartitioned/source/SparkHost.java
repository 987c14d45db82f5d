package io.github.mqttpartitioned.source;

import io.github.mqttpartitioned.coordinator.NodeLink;
import io.github.mqttpartitioned.node.Node;
import io.github.mqttpartitioned.store.PartitionStore;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkContext;

/**
 * What the source needs of the Spark application that it runs in.
 *
 * @param parallelism number of partitions that suits it
 * @param hadoop for the checkpoint's file system
 * @param nodes that can hold partitions
 * @param blocks where tasks find what the nodes hold
 * @param storeExists whether there is a store in a directory
 */
record SparkHost(
    int parallelism,
    Configuration hadoop,
    List<NodeLink> nodes,
    BlockSources blocks,
    Predicate<Path> storeExists) {

  SparkHost {
    nodes = List.copyOf(nodes);
  }

  /**
   * The application of this JVM.
   *
   * @throws UnsupportedOperationException when it has executors of their own
   */
  static SparkHost current() {
    SparkContext context = SparkContext.getOrCreate();
    if (!context.isLocal()) {
      throw new UnsupportedOperationException(
          "This version of mqtt-partitioned reads in local mode only: spark.master is "
              + context.master()
              + ", accepted are local, local[N] and local[*]");
    }
    return new SparkHost(
        context.defaultParallelism(),
        context.hadoopConfiguration(),
        List.of(Node.ofThisJvm()),
        (sourceId, partition) -> Node.ofThisJvm().blocks(sourceId, partition),
        PartitionStore::exists);
  }
}
