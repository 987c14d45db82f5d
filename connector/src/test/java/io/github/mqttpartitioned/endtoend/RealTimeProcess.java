// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.endtoend;

import io.github.mqttpartitioned.store.KillAt;
import java.nio.file.Path;
import java.util.Arrays;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.streaming.DataStreamReader;
import org.apache.spark.sql.streaming.StreamingQuery;
import org.apache.spark.sql.streaming.Trigger;

/**
 * A query with {@code Trigger.RealTime} into {@link RowFiles}, in a process of its own, to be
 * killed. It says how far it is.
 */
public final class RealTimeProcess {

  private static final long REPORT_MILLIS = 50;

  private RealTimeProcess() {}

  /**
   * Runs the query until the process is ended.
   *
   * @param arguments folder of the query, URL of the broker, duration of a batch in milliseconds;
   *     then {@code name=value}: Spark's settings, which begin with {@code spark.}, options of the
   *     source, and {@code at=POINT:TIMES} for where to stop and wait for being killed
   */
  public static void main(String[] arguments) throws Exception {
    Path folder = Path.of(arguments[0]);
    SparkSession.Builder builder =
        SparkSession.builder()
            .master("local[4]")
            .appName("mqtt-partitioned real-time")
            .config("spark.ui.enabled", false)
            .config("spark.driver.host", "127.0.0.1")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .config("spark.sql.streaming.realTimeMode.minBatchDuration", 100)
            .config("spark.sql.streaming.checkpointFileManagerClass", LogPoint.class.getName());
    Arrays.stream(arguments)
        .filter(each -> each.startsWith("spark."))
        .forEach(each -> builder.config(name(each), value(each)));
    DataStreamReader reader =
        builder
            .getOrCreate()
            .readStream()
            .format("mqtt-partitioned")
            .option("brokerUrl", arguments[1])
            .option("topics", "test/#")
            .option("receiveMaximum", 1_000);
    for (String each : Arrays.asList(arguments).subList(3, arguments.length)) {
      if (each.startsWith("at=")) {
        String[] fault = value(each).split(":", 2);
        install(fault[0], Integer.parseInt(fault[1]));
      } else if (!each.startsWith("spark.")) {
        reader = reader.option(name(each), value(each));
      }
    }
    StreamingQuery query =
        reader
            .load()
            .writeStream()
            .foreach(new RowFiles(folder.resolve("rows")))
            .outputMode("update")
            .option("checkpointLocation", folder.resolve("checkpoint").toString())
            .trigger(Trigger.RealTime(Long.parseLong(arguments[2])))
            .start();
    System.out.println("query started");
    long reported = -1;
    while (!query.awaitTermination(REPORT_MILLIS)) {
      long processed = query.lastProgress() == null ? reported : Arrived.processed(query);
      if (processed != reported) {
        System.out.println("processed " + processed);
        reported = processed;
      }
    }
  }

  private static void install(String point, int times) {
    if (LogPoint.has(point)) {
      LogPoint.install(point, times);
    } else {
      KillAt.install(point, times);
    }
  }

  private static String name(String setting) {
    return setting.substring(0, setting.indexOf('='));
  }

  private static String value(String setting) {
    return setting.substring(setting.indexOf('=') + 1);
  }
}
