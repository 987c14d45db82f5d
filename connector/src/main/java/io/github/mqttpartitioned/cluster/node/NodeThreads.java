// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.cluster.node;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The threads of a {@link NodeHost}: a clock for short work, workers for work that may wait. They
 * are daemons and have the connector's class loader; the class loaders of Spark's tasks do not know
 * the connector. Thread-safe.
 */
final class NodeThreads implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(NodeThreads.class);

  private final ScheduledThreadPoolExecutor clock =
      new ScheduledThreadPoolExecutor(1, task -> daemon(task, "mqtt-node-clock"));
  private final ExecutorService workers =
      Executors.newCachedThreadPool(task -> daemon(task, "mqtt-node-worker"));

  private static Thread daemon(Runnable task, String name) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    thread.setContextClassLoader(NodeThreads.class.getClassLoader());
    return thread;
  }

  Executor workers() {
    return workers;
  }

  void every(Duration period, Runnable task) {
    Future<?> unused =
        clock.scheduleWithFixedDelay(
            logged(task), period.toMillis(), period.toMillis(), TimeUnit.MILLISECONDS);
  }

  void after(Duration delay, Runnable task) {
    Future<?> unused = clock.schedule(logged(task), delay.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Makes a call that has the clock run {@code task} soon. */
  Runnable soon(Runnable task) {
    Runnable logged = logged(task);
    return () -> {
      try {
        clock.execute(logged);
      } catch (RejectedExecutionException e) {
        LOG.debug("The node is closed, no poll waits", e);
      }
    };
  }

  private static Runnable logged(Runnable task) {
    return () -> {
      try {
        task.run();
      } catch (RuntimeException e) {
        LOG.error("A task of the node has failed", e);
      }
    };
  }

  @Override
  public void close() {
    clock.shutdownNow();
    workers.shutdown();
  }
}
