// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.endtoend;

import java.util.concurrent.atomic.AtomicLong;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerJobStart;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import scala.jdk.javaapi.CollectionConverters;

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
    CollectionConverters.asJava(end.taskInfo().accumulables())
        .forEach(
            each -> {
              String name = each.name().isEmpty() ? "" : each.name().get();
              long value =
                  each.update().isEmpty() || !name.startsWith("rows read")
                      ? 0
                      : Long.parseLong(each.update().get().toString());
              read.addAndGet(value);
              if (name.equals("rows read from stores of the task's own JVM")) {
                local.addAndGet(value);
              }
            });
  }

  /** The sums, as words. */
  String report() {
    return "read %d local %d copies %d jobs %d"
        .formatted(read.get(), local.get(), copies.get(), jobs.get());
  }
}
