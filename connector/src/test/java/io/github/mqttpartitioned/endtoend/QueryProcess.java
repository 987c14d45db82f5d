package io.github.mqttpartitioned.endtoend;

import java.nio.file.Path;
import org.apache.spark.sql.streaming.StreamingQuery;

/**
 * A query in a process of its own, to be killed: says where its job begins, how far it is, and goes
 * on until it is ended from outside.
 */
public final class QueryProcess {

  private static final long REPORT_MILLIS = 50;

  private QueryProcess() {}

  /**
   * Runs the job until the process is ended.
   *
   * @param arguments folder of the job, URL of the broker, number of partitions, QoS, and the
   *     acknowledgement mode if it is not the usual one
   */
  public static void main(String[] arguments) throws Exception {
    StreamingQuery query =
        new Job(Path.of(arguments[0]), arguments[1])
            .option("partitions", arguments[2])
            .option("qos", arguments[3])
            .option("ackMode", arguments.length > 4 ? arguments[4] : "stored")
            .start();
    System.out.println("query started");
    long reported = -1;
    while (!query.awaitTermination(REPORT_MILLIS)) {
      long processed = Arrived.processed(query);
      if (processed != reported) {
        System.out.println("processed " + processed);
        reported = processed;
      }
    }
  }
}
