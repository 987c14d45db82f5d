// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.executor;

import io.github.mqttpartitioned.block.BlockSource;
import io.github.mqttpartitioned.cluster.ClusterTimeouts;
import io.github.mqttpartitioned.cluster.coordinator.Nodes;
import io.github.mqttpartitioned.cluster.node.Node;
import io.github.mqttpartitioned.cluster.rpc.UnreachableException;
import io.github.mqttpartitioned.option.SourceSettings;
import io.github.mqttpartitioned.spark.read.BlockSources;
import io.github.mqttpartitioned.spark.read.MqttInputPartition;
import java.time.Duration;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkContext;
import org.apache.spark.SparkEnv;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the source needs of the Spark application that it runs in.
 *
 * @param parallelism number of partitions that suits it
 * @param hadoop for the checkpoint's file system
 * @param otherHosts that run executors, and are not the driver's
 * @param nodes that can hold partitions
 * @param blocks where tasks find what the nodes hold
 */
public record SparkHost(
    int parallelism,
    Configuration hadoop,
    List<String> otherHosts,
    NodesFactory nodes,
    BlockSources blocks) {

  private static final Logger LOG = LoggerFactory.getLogger(SparkHost.class);

  /** Finds the nodes that a source may use. */
  @FunctionalInterface
  public interface NodesFactory {

    /**
     * Starts them where that is needed.
     *
     * @param epoch number of the run
     */
    Nodes open(SourceSettings settings, long epoch);
  }

  public SparkHost {
    otherHosts = List.copyOf(otherHosts);
  }

  /**
   * The application of this JVM.
   *
   * @param patience how long a task waits for a partition whose host is away
   */
  public static SparkHost current(Duration patience) {
    SparkContext context = SparkContext.getOrCreate();
    return context.isLocal() ? local(context) : cluster(context, patience);
  }

  private static SparkHost local(SparkContext context) {
    return new SparkHost(
        context.defaultParallelism(),
        context.hadoopConfiguration(),
        List.of(),
        (settings, epoch) -> Nodes.fixed(Node.ofThisJvm()),
        SparkHost::ofThisJvm);
  }

  private static BlockSource ofThisJvm(MqttInputPartition input) {
    return Node.ofThisJvm()
        .blocks(input.sourceId(), input.partition())
        .orElseThrow(
            () ->
                new UnreachableException(
                    "Partition " + input.partition() + " is not held any more", null));
  }

  private static SparkHost cluster(SparkContext context, Duration patience) {
    if (context.getConf().getBoolean("spark.dynamicAllocation.enabled", false)) {
      LOG.warn(
          "spark.dynamicAllocation.enabled is true: Spark removes executors without tasks, and the"
              + " members in them with them. Switch it off, or set"
              + " spark.dynamicAllocation.minExecutors to what the query needs");
    }
    Executors.await(context);
    Duration asLongAsAMove = patience.compareTo(ClusterTimeouts.MOVE) < 0 ? ClusterTimeouts.MOVE : patience;
    String driver = SparkEnv.get().blockManager().blockManagerId().host();
    return new SparkHost(
        context.defaultParallelism(),
        context.hadoopConfiguration(),
        Executors.present().stream()
            .map(Executors.Executor::host)
            .filter(host -> !host.equals(driver))
            .distinct()
            .toList(),
        (settings, epoch) -> ClusterNodes.open(context, settings, epoch),
        input -> new ClusterBlocks(input, asLongAsAMove));
  }
}
