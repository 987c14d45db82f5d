// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.endtoend;

import java.nio.file.Path;
import java.util.Arrays;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.streaming.StreamingQuery;
import org.apache.spark.sql.streaming.StreamingQueryProgress;
import org.apache.spark.sql.streaming.Trigger;

/**
 * The driver of a query on a cluster that writes the numbers of Spark's rate source to a broker. It
 * says how many rows complete batches have had: the numbers below that.
 */
public final class SinkClusterProcess {

  /** Topic of all messages. */
  static final String TOPIC = "numbers";

  private static final int ROWS_PER_SECOND = 2_000;
  private static final int TASKS = 2;
  private static final long REPORT_MILLIS = 50;

  private SinkClusterProcess() {}

  /**
   * Runs until the process is ended.
   *
   * @param arguments folder of the query, URL of the broker, QoS; then Spark's settings as {@code
   *     name=value}
   */
  public static void main(String[] arguments) throws Exception {
    SparkSession.Builder builder = SparkSession.builder().appName("mqtt-partitioned sink");
    Arrays.stream(arguments)
        .skip(3)
        .map(setting -> setting.split("=", 2))
        .forEach(setting -> builder.config(setting[0], setting[1]));
    StreamingQuery query =
        builder
            .getOrCreate()
            .readStream()
            .format("rate")
            .option("rowsPerSecond", ROWS_PER_SECOND)
            .option("numPartitions", TASKS)
            .load()
            .selectExpr("cast(value as string) as payload")
            .writeStream()
            .format("mqtt-partitioned")
            .option("topic", TOPIC)
            .option("qos", arguments[2])
            .option("maxInFlight", 100)
            .option("clientIdPrefix", TOPIC)
            .option("checkpointLocation", Path.of(arguments[0], "checkpoint").toString())
            .trigger(Trigger.ProcessingTime(0))
            .start(arguments[1]);
    System.out.println("query started");
    long rows = 0;
    long last = -1;
    while (!query.awaitTermination(REPORT_MILLIS)) {
      for (StreamingQueryProgress progress : query.recentProgress()) {
        if (progress.batchId() > last) {
          last = progress.batchId();
          rows += progress.numInputRows();
          System.out.println("written " + rows);
        }
      }
    }
  }
}
