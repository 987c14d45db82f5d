// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.endtoend;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.streaming.StreamingQuery;
import org.apache.spark.sql.streaming.StreamingQueryProgress;

/**
 * The driver of a job on a cluster, in a process of its own: says how far the job is, how many rows
 * its tasks have read, where, and how many Spark jobs there were.
 *
 * <p>It does what a file in its folder tells by its name: {@code stop} the queries in order, or
 * start the first one {@code again}, although it runs, or read what is {@code stored}.
 */
public final class ClusterDriver {

  private static final long REPORT_MILLIS = 50;

  /** Where the second query has its checkpoint and its output. */
  static final String SECOND = "second";

  private final Path folder;
  private final Map<String, String> given;
  private final String brokerUrl;
  private final TaskWatch tasks = new TaskWatch();
  private final List<StreamingQuery> queries = new ArrayList<>();
  private String last = "";
  private long started = -1;

  private ClusterDriver(Path folder, String brokerUrl, Map<String, String> given) {
    this.folder = folder;
    this.brokerUrl = brokerUrl;
    this.given = given;
  }

  /**
   * Runs the job until it is stopped or killed.
   *
   * @param arguments folder, URL of the broker, then {@code name=value}: Spark's settings, which
   *     begin with {@code spark.}, options of the source, and of this driver: {@code
   *     driver.pauseMillis} and {@code driver.slowTasks} as {@link SlowRows} has them, and {@code
   *     driver.second=true} for a second query of the same messages
   */
  public static void main(String[] arguments) throws Exception {
    Map<String, String> given = new HashMap<>();
    Arrays.stream(arguments)
        .skip(2)
        .forEach(
            each ->
                given.put(
                    each.substring(0, each.indexOf('=')), each.substring(each.indexOf('=') + 1)));
    new ClusterDriver(Path.of(arguments[0]), arguments[1], given).run();
    // The executors go on, for a look at what is left in them.
    Thread.currentThread().join();
  }

  private void run() throws Exception {
    SparkSession.Builder builder = SparkSession.builder().appName("mqtt-partitioned cluster");
    given.forEach(
        (name, value) -> {
          if (name.startsWith("spark.")) {
            builder.config(name, value);
          }
        });
    SparkSession spark = builder.config("spark.sql.shuffle.partitions", 2).getOrCreate();
    spark.sparkContext().addSparkListener(tasks);
    queries.add(job(folder).start());
    if (given.containsKey("driver.second")) {
      queries.add(job(folder.resolve(SECOND)).start());
    }
    System.out.println("query started");
    while (!isTold("stop")) {
      if (queries.get(0).awaitTermination(REPORT_MILLIS)) {
        return;
      }
      if (isTold("again")) {
        startAgain();
      }
      if (isTold("stored")) {
        readStored(spark);
      }
      report();
    }
    for (StreamingQuery query : queries) {
      query.stop();
    }
    System.out.println("query stopped");
  }

  private Job job(Path home) {
    Job job = new Job(home, brokerUrl);
    given.forEach(
        (name, value) -> {
          if (!name.startsWith("spark.") && !name.startsWith("driver.")) {
            job.option(name, value);
          }
        });
    if (given.containsKey("driver.slowTasks")) {
      long pauseMillis = Long.parseLong(given.get("driver.pauseMillis"));
      List<Integer> slow =
          Stream.of(given.get("driver.slowTasks").split(",")).map(Integer::valueOf).toList();
      job.transformed(rows -> SlowRows.of(rows, pauseMillis, slow));
    }
    return job;
  }

  private boolean isTold(String command) {
    return Files.exists(folder.resolve(command));
  }

  /** A batch read beside the query. */
  private void readStored(SparkSession spark) throws IOException {
    Files.delete(folder.resolve("stored"));
    Dataset<Row> rows =
        spark
            .read()
            .format("mqtt-partitioned")
            .option("sourceCheckpoint", folder.resolve("checkpoint").toString())
            .option("includeDeadLetters", "true")
            .load();
    System.out.printf(
        "stored %d in %d partitions%n", rows.count(), rows.select("partition").distinct().count());
  }

  private void startAgain() throws IOException {
    Files.delete(folder.resolve("again"));
    try {
      queries.set(0, job(folder).start());
      System.out.println("started again");
    } catch (RuntimeException e) {
      System.out.println("refused: " + e.getMessage().replace('\n', ' '));
    }
  }

  private void report() {
    StreamingQuery query = queries.get(0);
    String now =
        "processed %d %s batches %d"
            .formatted(
                queries.stream().mapToLong(Arrived::processed).sum(),
                tasks.report(),
                queries.stream().mapToLong(ClusterDriver::lastBatch).min().orElseThrow());
    for (StreamingQueryProgress progress : query.recentProgress()) {
      if (progress.numInputRows() > 0 && progress.batchId() > started) {
        started = progress.batchId();
        System.out.println("started " + Instant.parse(progress.timestamp()).toEpochMilli());
      }
    }
    if (!now.equals(last)) {
      System.out.println(now);
      last = now;
    }
  }

  private static long lastBatch(StreamingQuery query) {
    return query.lastProgress() == null ? -1 : query.lastProgress().batchId();
  }
}
