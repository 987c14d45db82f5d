// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.executor;

import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_PARTITION_NOT_HOSTED;

import io.github.mqttpartitioned.block.BlockSource;
import io.github.mqttpartitioned.cluster.ClusterTimeouts;
import io.github.mqttpartitioned.cluster.coordinator.Nodes;
import io.github.mqttpartitioned.cluster.node.Node;
import io.github.mqttpartitioned.cluster.rpc.UnreachableException;
import io.github.mqttpartitioned.option.settings.SourceSettings;
import io.github.mqttpartitioned.spark.read.BlockSources;
import io.github.mqttpartitioned.spark.read.MqttInputPartition;
import io.github.mqttpartitioned.store.StoreLibrary;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Supplier;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkContext;
import org.apache.spark.SparkEnv;
import org.apache.spark.sql.internal.SQLConf;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the source uses of the Spark application that it runs in.
 *
 * @param parallelism default number of partitions
 * @param hadoop configuration for the checkpoint's file system
 * @param otherHosts hosts that run executors, without the driver's host
 * @param nodes gives the nodes that can host partitions
 * @param blocks gives a task the blocks of its partition
 * @param taskSlots how many tasks can run at the same time
 * @param currentBatch the micro-batch that Spark plans or runs in the calling thread, if any
 */
public record SparkHost(
    int parallelism,
    Configuration hadoop,
    List<String> otherHosts,
    NodesFactory nodes,
    BlockSources blocks,
    TaskSlots taskSlots,
    Supplier<OptionalLong> currentBatch) {

  private static final Logger LOG = LoggerFactory.getLogger(SparkHost.class);

  /** Gives the nodes that a source may use. */
  @FunctionalInterface
  public interface NodesFactory {

    /**
     * Starts the nodes that are not there yet.
     *
     * @param epoch number of the query's run
     */
    Nodes open(SourceSettings settings, long epoch);
  }

  /** Tells how many tasks can run at the same time. */
  @FunctionalInterface
  public interface TaskSlots {

    /**
     * The task slots of the application. If there are fewer than needed, and executors can come,
     * waits for them for some time: an application starts before its executors.
     *
     * @param needed 0 to wait for none
     * @throws UncheckedIOException when interrupted
     */
    int await(int needed);
  }

  public SparkHost {
    otherHosts = List.copyOf(otherHosts);
  }

  /**
   * The application of this JVM.
   *
   * @param patience how long a task waits for a partition whose host is away; at least the time
   *     that a partition needs to move
   */
  public static SparkHost current(Duration patience) {
    SparkContext context = SparkContext.getOrCreate();
    return context.isLocal() ? local(context) : cluster(context, patience);
  }

  /**
   * Has what a source needs of this JVM made ready on another thread, while Spark still plans: in
   * local mode the stores lie here.
   */
  public static void prepare() {
    // Without an environment there is no context yet, and none must be made here.
    if (SparkEnv.get() != null && SparkContext.getOrCreate().isLocal()) {
      StoreLibrary.preload();
    }
  }

  private static SparkHost local(SparkContext context) {
    return new SparkHost(
        context.defaultParallelism(),
        hadoop(context),
        List.of(),
        (settings, epoch) -> Nodes.fixed(Node.ofThisJvm()),
        SparkHost::ofThisJvm,
        needed -> taskSlots(context),
        CurrentBatch::id);
  }

  /**
   * As Spark configures the file systems of a session: what the session sets, beside {@code
   * spark.hadoop.*} of the application.
   */
  private static Configuration hadoop(SparkContext context) {
    Configuration session = new Configuration(context.hadoopConfiguration());
    SQLConf.get().settings().forEach(session::set);
    return session;
  }

  private static int taskSlots(SparkContext context) {
    return context.maxNumConcurrentTasks(context.resourceProfileManager().defaultResourceProfile());
  }

  private static BlockSource ofThisJvm(MqttInputPartition input) {
    return Node.ofThisJvm()
        .blocks(input.sourceId(), input.partition())
        .orElseThrow(
            () ->
                new UnreachableException(
                    MQTT_PARTITION_NOT_HOSTED.message(
                        "This process no longer hosts partition %d".formatted(input.partition())),
                    null));
  }

  private static SparkHost cluster(SparkContext context, Duration patience) {
    if (context.getConf().getBoolean("spark.dynamicAllocation.enabled", false)) {
      LOG.warn(
          """
          spark.dynamicAllocation.enabled is true: Spark removes executors that have no tasks, and \
          with them the members that run there. Set it to false, or set \
          spark.dynamicAllocation.minExecutors to the number of executors that the query needs""");
    }
    Executors.await(context);
    Duration asLongAsAMove =
        patience.compareTo(ClusterTimeouts.MOVE) < 0 ? ClusterTimeouts.MOVE : patience;
    String driver = SparkEnv.get().blockManager().blockManagerId().host();
    return new SparkHost(
        context.defaultParallelism(),
        hadoop(context),
        Executors.present().stream()
            .map(Executors.Executor::host)
            .filter(host -> !host.equals(driver))
            .distinct()
            .toList(),
        (settings, epoch) -> ClusterNodes.open(context, settings, epoch),
        input -> new ClusterBlocks(input, asLongAsAMove),
        needed -> Executors.awaitSlots(() -> taskSlots(context), needed),
        CurrentBatch::id);
  }
}
