// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.benchmark.spark;

import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.spark.SparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerTaskEnd;

/**
 * Adds up what of a core the tasks have taken that read a source, and how many rows they read: what
 * a query costs without planning, and without what comes behind a shuffle.
 */
public final class TaskTime extends SparkListener {

  private final SparkContext context;
  private final AtomicLong cpuNanos = new AtomicLong();
  private final AtomicLong rows = new AtomicLong();

  public TaskTime(SparkContext context) {
    this.context = context;
    context.addSparkListener(this);
  }

  @Override
  public void onTaskEnd(SparkListenerTaskEnd task) {
    if (task.taskMetrics() != null && task.taskMetrics().inputMetrics().recordsRead() > 0) {
      cpuNanos.addAndGet(task.taskMetrics().executorCpuTime());
      rows.addAndGet(task.taskMetrics().inputMetrics().recordsRead());
    }
  }

  /** What tasks that read a source have done. */
  public record Taken(long cpuNanos, long rows) {}

  /** What they have done since this was last asked. */
  public Taken take() throws TimeoutException {
    context.listenerBus().waitUntilEmpty();
    return new Taken(cpuNanos.getAndSet(0), rows.getAndSet(0));
  }
}
