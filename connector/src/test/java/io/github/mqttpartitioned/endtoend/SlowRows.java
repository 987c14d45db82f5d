// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.endtoend;

import java.util.List;
import java.util.Set;
import org.apache.spark.TaskContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;

/**
 * Makes the first attempt of some tasks slow, in the middle of what they read: as a query does that
 * has much to do for each row. The task tells on its standard output how far it is. Confined to the
 * task's thread.
 */
final class SlowRows implements UDF1<Long, Long> {

  private static final long serialVersionUID = 1L;

  /** Rows from one pause to the next. */
  static final int STEP = 100;

  private final long pauseMillis;
  private final Set<Integer> tasks;
  private int rows;

  private SlowRows(long pauseMillis, Set<Integer> tasks) {
    this.pauseMillis = pauseMillis;
    this.tasks = tasks;
  }

  /**
   * The same rows, slowly.
   *
   * @param pauseMillis the pause behind each {@link #STEP} rows
   * @param tasks numbers of the tasks, within their batch, that are slow
   */
  static Dataset<Row> of(Dataset<Row> rows, long pauseMillis, List<Integer> tasks) {
    return rows.withColumn(
        "offset",
        functions
            .udf(new SlowRows(pauseMillis, Set.copyOf(tasks)), DataTypes.LongType)
            .asNondeterministic()
            .apply(functions.col("offset")));
  }

  @Override
  public Long call(Long offset) throws InterruptedException {
    TaskContext task = TaskContext.get();
    if (++rows % STEP == 0 && task.attemptNumber() == 0 && tasks.contains(task.partitionId())) {
      System.out.println("task " + task.partitionId() + " has come to offset " + offset);
      Thread.sleep(pauseMillis);
    }
    return offset;
  }
}
