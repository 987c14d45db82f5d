// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.executor;

import io.github.mqttpartitioned.cluster.ClusterTimeouts;
import io.github.mqttpartitioned.spark.compat.ExecutorPeers;
import io.github.mqttpartitioned.spark.read.TaskLocation;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.function.IntSupplier;
import org.apache.spark.SparkContext;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.JavaSparkContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The executors of an application. */
final class Executors {

  private static final Logger LOG = LoggerFactory.getLogger(Executors.class);

  /** The wait for executors ends when none has come for this long. */
  private static final Duration QUIET = Duration.ofSeconds(1);

  private static final Duration LONGEST = Duration.ofSeconds(10);
  private static final Duration LOOK = Duration.ofMillis(50);

  private Executors() {}

  /**
   * One executor.
   *
   * @param id unique in the application, never given again
   * @param host as Spark knows it
   */
  record Executor(String id, String host) {
    /** The executor as the preferred location of a task. */
    String location() {
      return TaskLocation.ofExecutor(id, host);
    }
  }

  /** The executors that are registered now. Each call is an RPC to the block manager master. */
  static List<Executor> present() {
    return ExecutorPeers.of(SparkEnv.get().blockManager()).stream()
        .map(peer -> new Executor(peer.executorId(), peer.host()))
        .toList();
  }

  /**
   * Waits until there is an executor, and then until no more come. An application starts before its
   * executors.
   *
   * @throws UncheckedIOException when interrupted
   */
  static void await(SparkContext context) {
    if (present().isEmpty()) {
      LOG.info("The source waits for the first executor of the application");
      // With dynamic allocation, Spark starts executors only when a job needs them.
      new JavaSparkContext(context).parallelize(List.of(1), 1).count();
    }
    long began = System.nanoTime();
    long quietSince = began;
    int count = 0;
    while (System.nanoTime() - quietSince < QUIET.toNanos()
        && System.nanoTime() - began < LONGEST.toNanos()) {
      int now = present().size();
      if (now != count) {
        count = now;
        quietSince = System.nanoTime();
      }
      pause();
    }
  }

  /**
   * Waits until there are as many task slots as needed, but not longer than for the first nodes.
   *
   * @return the slots that there are
   * @throws UncheckedIOException when interrupted
   */
  static int awaitSlots(IntSupplier present, int needed) {
    int slots = present.getAsInt();
    if (slots < needed) {
      LOG.info(
          "The source waits for executors: it needs {} task slots, there are {}", needed, slots);
    }
    long began = System.nanoTime();
    while (slots < needed && System.nanoTime() - began < ClusterTimeouts.FIRST_NODES.toNanos()) {
      pause();
      slots = present.getAsInt();
    }
    return slots;
  }

  /** Nothing notifies of executors that do not come. */
  private static void pause() {
    try {
      Thread.sleep(LOOK.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UncheckedIOException(
          new InterruptedIOException("The query was stopped while it waited for executors"));
    }
  }
}
