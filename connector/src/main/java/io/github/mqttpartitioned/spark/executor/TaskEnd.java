// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.executor;

import org.apache.spark.TaskContext;
import org.apache.spark.util.TaskCompletionListener;

/** Closes at the end of a task what nobody else closes. */
public final class TaskEnd {

  private TaskEnd() {}

  /** Has {@code close} run when the task of this thread ends, however it ends. */
  public static void run(Runnable close) {
    TaskContext.get().addTaskCompletionListener((TaskCompletionListener) task -> close.run());
  }
}
