// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.executor;

import org.apache.spark.SparkEnv;

/** The executor, or the driver in local mode, that runs in this JVM. */
public final class ThisExecutor {

  private ThisExecutor() {}

  /** Its id in the application, such as {@code driver} or {@code 3}. */
  public static String id() {
    return SparkEnv.get().executorId();
  }
}
