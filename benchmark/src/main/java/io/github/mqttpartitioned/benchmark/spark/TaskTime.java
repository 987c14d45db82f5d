// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.benchmark.spark;

import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.spark.SparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerTaskEnd;

/**
 * Adds up what of a core the tasks have taken that read a source: what a query costs without
 * planning, and without what comes behind a shuffle.
 */
public final class TaskTime extends SparkListener {

  private final SparkContext context;
  private final AtomicLong cpuNanos = new AtomicLong();

  public TaskTime(SparkContext context) {
    this.context = context;
    context.addSparkListener(this);
  }

  @Override
  public void onTaskEnd(SparkListenerTaskEnd task) {
    if (task.taskMetrics() != null && task.taskMetrics().inputMetrics().recordsRead() > 0) {
      cpuNanos.addAndGet(task.taskMetrics().executorCpuTime());
    }
  }

  /** Nanoseconds of CPU since this was last asked. */
  public long takeCpuNanos() throws TimeoutException {
    context.listenerBus().waitUntilEmpty();
    return cpuNanos.getAndSet(0);
  }
}
