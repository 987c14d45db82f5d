// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.read;

/** How Spark names an executor as the preferred location of a task. */
public final class TaskLocation {

  private TaskLocation() {}

  /**
   * The preferred location that means one executor, not only its host.
   *
   * @param host as Spark knows it
   */
  public static String ofExecutor(String executorId, String host) {
    return "executor_%s_%s".formatted(host, executorId);
  }
}
