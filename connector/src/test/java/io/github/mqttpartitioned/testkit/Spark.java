// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.testkit;

import io.github.mqttpartitioned.MqttExtensions;
import org.apache.spark.sql.SparkSession;

/**
 * The one Spark of a test JVM, which its test classes share: local, two cores, no UI, listening on
 * 127.0.0.1; a task may fail three times. A test that needs other SQL settings takes a {@link
 * SparkSession#newSession} of it. No test stops it: it ends with the JVM.
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
        .config("spark.sql.extensions", MqttExtensions.class.getName())
        .getOrCreate();
  }
}
