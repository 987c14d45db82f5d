// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.endtoend;

import io.github.mqttpartitioned.testkit.Spark;
import java.nio.file.Path;
import org.apache.spark.sql.streaming.StreamingQuery;
import org.apache.spark.sql.streaming.Trigger;

/** A query that writes lines of files to a broker, in a process of its own, to be killed. */
public final class SinkProcess {

  private SinkProcess() {}

  /**
   * Runs until all files are written.
   *
   * @param arguments folder with {@code input} and the checkpoint, URL of the broker, QoS, most
   *     files of a batch
   */
  public static void main(String[] arguments) throws Exception {
    Path folder = Path.of(arguments[0]);
    StreamingQuery query =
        Spark.session()
            .readStream()
            .option("maxFilesPerTrigger", arguments[3])
            .text(folder.resolve("input").toString())
            .selectExpr("value as payload")
            .writeStream()
            .format("mqtt-partitioned")
            .option("topic", "killed")
            .option("qos", arguments[2])
            .option("maxInFlight", 100)
            .option("checkpointLocation", folder.resolve("checkpoint").toString())
            .trigger(Trigger.AvailableNow())
            .start(arguments[1]);
    System.out.println("query started");
    query.awaitTermination();
    System.out.println("all written");
  }
}
