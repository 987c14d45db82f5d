// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned;

import io.github.mqttpartitioned.spark.compat.ScalarFunctions;
import io.github.mqttpartitioned.spark.sparkplug.SparkplugDecode;
import io.github.mqttpartitioned.spark.sparkplug.SparkplugNames;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
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

  /**
   * Decodes messages, and gives their metrics the names and data types that the BIRTH messages of
   * their edge node have declared. DATA messages have aliases alone.
   *
   * <p>The result has all rows and all columns of {@code messages}, and behind them a column {@code
   * sparkplug}; {@code docs/topics.md} says what is in it. It is null for a message of another
   * topic. The step is stateful: its state lies in the query's checkpoint, and the query runs in
   * append mode. In a batch query the state begins empty.
   *
   * @param messages rows of the source, with {@code topic} (string) and {@code payload} (binary);
   *     {@code timestamp}, the time of receipt, counts where a payload has no time
   * @throws IllegalArgumentException if one of these columns is missing or has another type
   */
  public static Dataset<Row> withNames(Dataset<Row> messages) {
    return SparkplugNames.restore(messages);
  }
}
