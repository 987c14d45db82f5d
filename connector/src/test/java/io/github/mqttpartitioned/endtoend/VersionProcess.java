// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.endtoend;

import io.github.mqttpartitioned.testkit.Await;
import io.github.mqttpartitioned.testkit.Spark;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.spark.sql.streaming.StreamingQuery;
import org.apache.spark.sql.streaming.Trigger;

/**
 * Some queries in one process, each with a checkpoint of its own. It says how far they are. When a
 * file {@code stop} lies in the folder, it stops them; when a file {@code drain} lies there, it
 * runs each once more with {@code Trigger.AvailableNow} and ends.
 */
public final class VersionProcess {

  private static final long REPORT_MILLIS = 50;
  private static final Duration COMMAND = Duration.ofMinutes(5);

  private VersionProcess() {}

  /**
   * Runs the queries.
   *
   * @param arguments folder for commands, URL of the broker, then for each query its QoS, {@code =}
   *     and its folder
   */
  public static void main(String[] arguments) throws Exception {
    Path commands = Path.of(arguments[0]);
    List<Job> jobs = Arrays.stream(arguments).skip(2).map(job -> job(arguments[1], job)).toList();
    List<StreamingQuery> queries = new ArrayList<>();
    for (Job job : jobs) {
      queries.add(job.startConnected());
    }
    System.out.println("running on Spark " + Spark.session().version());
    String last = "";
    while (!Files.exists(commands.resolve("stop"))) {
      for (StreamingQuery query : queries) {
        if (query.awaitTermination(REPORT_MILLIS)) {
          throw new AssertionError("a query has ended");
        }
      }
      String now = processed(queries);
      if (!now.equals(last)) {
        System.out.println(now);
        last = now;
      }
    }
    for (StreamingQuery query : queries) {
      query.stop();
    }
    System.out.println("stopped");
    Await.until("the order to drain", COMMAND, () -> Files.exists(commands.resolve("drain")));
    queries.clear();
    for (Job job : jobs) {
      queries.add(job.start(Trigger.AvailableNow()));
    }
    for (StreamingQuery query : queries) {
      query.awaitTermination();
    }
    System.out.println(processed(queries) + " drained");
    System.exit(0);
  }

  private static Job job(String brokerUrl, String argument) {
    int equals = argument.indexOf('=');
    return new Job(Path.of(argument.substring(equals + 1)), brokerUrl)
        .option("partitions", 2)
        .option("drainTimeout", "2s")
        .option("qos", argument.substring(0, equals));
  }

  private static String processed(List<StreamingQuery> queries) {
    return queries.stream()
        .map(Arrived::processed)
        .map(String::valueOf)
        .collect(Collectors.joining(" ", "processed ", ""));
  }
}
