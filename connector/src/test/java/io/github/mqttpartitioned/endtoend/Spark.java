// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.endtoend;

import org.apache.spark.sql.SparkSession;

/**
 * The one Spark of a test JVM: local, two cores, no UI, listening on 127.0.0.1; a task may fail
 * three times.
 */
public final class Spark {

  private Spark() {}

  /** The session; started by the first call, ended with the JVM. */
  public static SparkSession session() {
    return SparkSession.builder()
        .master("local[2, 4]")
        .appName("mqtt-partitioned tests")
        .config("spark.ui.enabled", false)
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.sql.shuffle.partitions", 2)
        .config("spark.sql.session.timeZone", "UTC")
        .getOrCreate();
  }
}
