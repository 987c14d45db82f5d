// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned;

import io.github.mqttpartitioned.spark.compat.ScalarFunctions;
import io.github.mqttpartitioned.spark.sparkplug.SparkplugDecode;
import org.apache.spark.sql.SparkSession;

/** Sparkplug B (Eclipse Sparkplug Specification 3.0) in Spark. Thread-safe: it has no state. */
public final class Sparkplug {

  private Sparkplug() {}

  /**
   * Gives one session the SQL function {@code sparkplug_decode(payload)}, as {@link MqttExtensions}
   * gives it to all.
   *
   * @throws UnsupportedOperationException if the session is one of Spark Connect
   */
  public static void register(SparkSession session) {
    ScalarFunctions.register(session, new SparkplugDecode());
  }
}
