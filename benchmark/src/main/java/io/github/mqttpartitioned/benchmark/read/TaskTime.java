package io.github.mqttpartitioned.benchmark.read;

import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.spark.SparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerTaskEnd;

/** Adds up how long tasks have run, which is what a query costs without Spark's planning. */
final class TaskTime extends SparkListener {

  private final SparkContext context;
  private final AtomicLong millis = new AtomicLong();

  TaskTime(SparkContext context) {
    this.context = context;
    context.addSparkListener(this);
  }

  @Override
  public void onTaskEnd(SparkListenerTaskEnd task) {
    if (task.taskMetrics() != null) {
      millis.addAndGet(task.taskMetrics().executorRunTime());
    }
  }

  /** Milliseconds since this was last asked. */
  long takeMillis() throws TimeoutException {
    context.listenerBus().waitUntilEmpty();
    return millis.getAndSet(0);
  }
}
