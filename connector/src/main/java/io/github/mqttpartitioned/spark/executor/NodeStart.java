// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.executor;

import io.github.mqttpartitioned.cluster.ClusterTimeouts;
import io.github.mqttpartitioned.cluster.NodeRegistration;
import io.github.mqttpartitioned.cluster.rpc.StartMessage.Order;
import io.github.mqttpartitioned.option.settings.SourceSettings;
import io.github.mqttpartitioned.spark.compat.PlacedJob;
import io.github.mqttpartitioned.spark.executor.Executors.Executor;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.spark.SparkContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The attempts to start a node in one executor, one after the other. Each attempt is a Spark job of
 * one task, a {@link StartNode}. The time between two attempts doubles, from 500 ms to 1 minute. A
 * job that hangs, for example in a paused executor, delays no other start. One thread at a time.
 */
final class NodeStart {

  private static final Logger LOG = LoggerFactory.getLogger(NodeStart.class);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(500);
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

  private final SparkContext context;
  private final Order order;
  private final Executor executor;
  private final Runnable onDone;
  private @Nullable CompletableFuture<List<byte[]>> job;
  private long since = System.nanoTime();
  private Duration pause = Duration.ZERO;

  /**
   * @param onDone runs when a job has ended, in a thread of the job: it must not block
   */
  NodeStart(
      SparkContext context,
      SourceSettings settings,
      long epoch,
      Executor executor,
      Runnable onDone) {
    this.context = context;
    this.executor = executor;
    this.onDone = onDone;
    this.order = new Order(settings, epoch, executor.id());
  }

  /** The maximum time that {@link #poll} has nothing to do, if no job ends before. */
  Duration rest() {
    return (job == null ? pause : ClusterTimeouts.START).minus(elapsed());
  }

  private Duration elapsed() {
    return Duration.ofNanos(System.nanoTime() - since);
  }

  /**
   * Begins the next attempt, or looks at the present one.
   *
   * @return what the node answered, once it has taken the source
   */
  Optional<NodeRegistration> poll() {
    CompletableFuture<List<byte[]>> present = job;
    if (present == null) {
      if (elapsed().compareTo(pause) >= 0) {
        since = System.nanoTime();
        job = submit();
      }
      return Optional.empty();
    }
    if (!present.isDone()) {
      if (elapsed().compareTo(ClusterTimeouts.START) >= 0) {
        present.cancel(true);
        again("it took longer than %d s".formatted(ClusterTimeouts.START.toSeconds()));
      }
      return Optional.empty();
    }
    Optional<NodeRegistration> registration = result(present);
    if (registration.isEmpty() && job != null) {
      again("Spark ran the job in another executor");
    }
    return registration;
  }

  private Optional<NodeRegistration> result(CompletableFuture<List<byte[]>> done) {
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

  private CompletableFuture<List<byte[]>> submit() {
    CompletableFuture<List<byte[]>> submitted =
        PlacedJob.submit(context, executor.id(), executor.location(), new StartNode(order));
    Future<?> unused = submitted.whenComplete((registrations, failure) -> onDone.run());
    return submitted;
  }

  /**
   * Cancels the job, so that a task of the executor starts the node instead. The next attempt comes
   * later.
   *
   * @return what the task runs; null if no job runs, because a task was told a short time ago
   */
  @Nullable Order handOver() {
    if (job == null) {
      return null;
    }
    cancel();
    again("a task of the executor starts it instead");
    return order;
  }

  void cancel() {
    CompletableFuture<List<byte[]>> present = job;
    if (present != null && !present.isDone()) {
      present.cancel(true);
    }
  }
}
