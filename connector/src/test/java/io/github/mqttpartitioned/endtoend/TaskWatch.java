// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.endtoend;

import java.util.concurrent.atomic.AtomicLong;
import org.apache.spark.scheduler.AccumulableInfo;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerJobStart;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.scheduler.TaskInfo;
import scala.collection.Iterable;
import scala.collection.Iterator;

/** Adds up what the tasks of an application say when they end. Thread-safe. */
final class TaskWatch extends SparkListener {

  private final AtomicLong read = new AtomicLong();
  private final AtomicLong local = new AtomicLong();
  private final AtomicLong copies = new AtomicLong();
  private final AtomicLong jobs = new AtomicLong();

  @Override
  public void onJobStart(SparkListenerJobStart start) {
    jobs.incrementAndGet();
  }

  @Override
  public void onTaskEnd(SparkListenerTaskEnd end) {
    if (end.taskInfo().speculative() && end.taskInfo().successful()) {
      copies.incrementAndGet();
    }
    for (Iterator<AccumulableInfo> all = accumulables(end.taskInfo()).iterator(); all.hasNext(); ) {
      add(all.next());
    }
  }

  private void add(AccumulableInfo one) {
    String name = one.name().isEmpty() ? "" : one.name().get();
    long value =
        one.update().isEmpty() || !name.startsWith("rows read")
            ? 0
            : Long.parseLong(one.update().get().toString());
    read.addAndGet(value);
    if (name.equals("rows read from stores of the task's own JVM")) {
      local.addAndGet(value);
    }
  }

  /** By reflection: the method returns another {@code Seq} on Scala 2.12. */
  @SuppressWarnings("unchecked")
  private static Iterable<AccumulableInfo> accumulables(TaskInfo task) {
    try {
      return (Iterable<AccumulableInfo>) TaskInfo.class.getMethod("accumulables").invoke(task);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError(e.getMessage(), e);
    }
  }

  /** The sums, as words. */
  String report() {
    return "read %d local %d copies %d jobs %d"
        .formatted(read.get(), local.get(), copies.get(), jobs.get());
  }
}
