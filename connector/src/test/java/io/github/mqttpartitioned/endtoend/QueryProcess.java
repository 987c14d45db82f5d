// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.endtoend;

import io.github.mqttpartitioned.store.KillAt;
import java.nio.file.Path;
import org.apache.spark.sql.streaming.StreamingQuery;

/**
 * A query in a process of its own, to be killed: says where its job begins, how far it is once its
 * members are connected, and goes on until it is ended from outside.
 */
public final class QueryProcess {

  private static final long REPORT_MILLIS = 50;

  private QueryProcess() {}

  /**
   * Runs the job until the process is ended.
   *
   * @param arguments folder of the job, URL of the broker, number of partitions, QoS; optionally
   *     where to stop and wait for being killed: a fault point and how often it is to be reached
   */
  public static void main(String[] arguments) throws Exception {
    if (arguments.length > 4) {
      KillAt.install(arguments[4], Integer.parseInt(arguments[5]));
    }
    StreamingQuery query =
        new Job(Path.of(arguments[0]), arguments[1])
            .option("partitions", arguments[2])
            .option("qos", arguments[3])
            .option("ackMode", System.getProperty("test.ackMode", "stored"))
            .option("retention", System.getProperty("test.retention", "0s"))
            .start();
    report(query);
  }

  /** Says how far a query is, until it ends. */
  static void report(StreamingQuery query) throws Exception {
    System.out.println("running on Spark " + query.sparkSession().version());
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
}
