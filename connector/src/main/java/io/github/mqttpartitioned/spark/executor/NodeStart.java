// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.executor;

import io.github.mqttpartitioned.cluster.ClusterTimeouts;
import io.github.mqttpartitioned.cluster.NodeRegistration;
import io.github.mqttpartitioned.cluster.rpc.StartMessage.Order;
import io.github.mqttpartitioned.option.SourceSettings;
import io.github.mqttpartitioned.spark.executor.Executors.Executor;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaFutureAction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.Tuple2;
import scala.collection.immutable.Seq;
import scala.jdk.javaapi.CollectionConverters;
import scala.reflect.ClassTag$;

/**
 * The attempts to start a node in one executor, one after the other, each a Spark job of one task.
 * A job that is stuck, as in an executor that is paused, holds nothing else up. Confined to one
 * thread at a time.
 */
final class NodeStart {

  private static final Logger LOG = LoggerFactory.getLogger(NodeStart.class);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(500);
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

  private final SparkContext context;
  private final Order order;
  private final Executor executor;
  private @Nullable JavaFutureAction<List<byte[]>> job;
  private long since = System.nanoTime();
  private Duration pause = Duration.ZERO;

  NodeStart(SparkContext context, SourceSettings settings, long epoch, Executor executor) {
    this.context = context;
    this.executor = executor;
    this.order = new Order(settings, epoch, executor.id());
  }

  /** Begins, or looks how it goes; there once the node has taken the source on. */
  Optional<NodeRegistration> poll() {
    JavaFutureAction<List<byte[]>> present = job;
    Duration elapsed = Duration.ofNanos(System.nanoTime() - since);
    if (present == null) {
      if (elapsed.compareTo(pause) >= 0) {
        since = System.nanoTime();
        job = submit();
      }
      return Optional.empty();
    }
    if (!present.isDone()) {
      if (elapsed.compareTo(ClusterTimeouts.START) > 0) {
        present.cancel(true);
        again("it has taken longer than " + ClusterTimeouts.START.toSeconds() + " s");
      }
      return Optional.empty();
    }
    Optional<NodeRegistration> registration = result(present);
    if (registration.isEmpty() && job != null) {
      again("Spark ran it elsewhere");
    }
    return registration;
  }

  private Optional<NodeRegistration> result(JavaFutureAction<List<byte[]>> done) {
    try {
      return done.get().stream().map(StartNode::result).flatMap(Optional::stream).findFirst();
    } catch (ExecutionException e) {
      again(String.valueOf(e.getCause()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return Optional.empty();
  }

  private void again(String why) {
    Duration longer = pause.isZero() ? FIRST_PAUSE : pause.multipliedBy(2);
    pause = longer.compareTo(LONGEST_PAUSE) < 0 ? longer : LONGEST_PAUSE;
    since = System.nanoTime();
    job = null;
    LOG.info(
        "The node of executor {} on {} is not started yet: {}. Next attempt in {} ms",
        executor.id(),
        executor.host(),
        why,
        pause.toMillis());
  }

  private JavaFutureAction<List<byte[]>> submit() {
    Seq<String> location = CollectionConverters.asScala(List.of(executor.location())).toSeq();
    Seq<Tuple2<String, Seq<String>>> placed =
        CollectionConverters.asScala(List.of(Tuple2.apply(executor.id(), location))).toSeq();
    return context
        .makeRDD(placed, ClassTag$.MODULE$.<String>apply(String.class))
        .toJavaRDD()
        .map(new StartNode(order))
        .collectAsync();
  }

  /**
   * Lets a task of the executor do what the job has not come to; the job gets another turn later.
   *
   * @return null when a task was told so lately
   */
  @Nullable Order handOver() {
    if (job == null) {
      return null;
    }
    cancel();
    again("its tasks are asked to");
    return order;
  }

  void cancel() {
    JavaFutureAction<List<byte[]>> present = job;
    if (present != null && !present.isDone()) {
      present.cancel(true);
    }
  }
}
