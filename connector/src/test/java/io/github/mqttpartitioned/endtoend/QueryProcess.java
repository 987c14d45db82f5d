package io.github.mqttpartitioned.endtoend;

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
   * @param arguments folder of the job, URL of the broker, number of partitions, QoS
   */
  public static void main(String[] arguments) throws Exception {
    StreamingQuery query =
        new Job(Path.of(arguments[0]), arguments[1])
            .option("partitions", arguments[2])
            .option("qos", arguments[3])
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
}
