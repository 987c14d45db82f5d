package io.github.mqttpartitioned.endtoend;

import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerJobStart;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.streaming.StreamingQuery;
import org.apache.spark.sql.streaming.StreamingQueryProgress;
import scala.jdk.javaapi.CollectionConverters;

/**
 * The driver of a job on a cluster, in a process of its own: says how far the job is, how many rows
 * its tasks have read, where, and how many Spark jobs there were; stops in order when the file
 * {@code stop} appears in its folder.
 */
public final class ClusterDriver {

  private static final long REPORT_MILLIS = 50;

  private ClusterDriver() {}

  /**
   * Runs the job until it is stopped or killed.
   *
   * @param arguments folder, URL of the broker, then {@code name=value}: Spark's settings, which
   *     begin with {@code spark.}, and options of the source
   */
  public static void main(String[] arguments) throws Exception {
    Path folder = Path.of(arguments[0]);
    Map<String, String> given = new HashMap<>();
    Arrays.stream(arguments)
        .skip(2)
        .forEach(
            each ->
                given.put(
                    each.substring(0, each.indexOf('=')), each.substring(each.indexOf('=') + 1)));
    SparkSession.Builder builder = SparkSession.builder().appName("mqtt-partitioned cluster");
    given.forEach(
        (name, value) -> {
          if (name.startsWith("spark.")) {
            builder.config(name, value);
          }
        });
    SparkSession spark = builder.config("spark.sql.shuffle.partitions", 2).getOrCreate();
    Rows rows = new Rows();
    spark.sparkContext().addSparkListener(rows);
    Job job = new Job(folder, arguments[1]);
    given.forEach(
        (name, value) -> {
          if (!name.startsWith("spark.")) {
            job.option(name, value);
          }
        });
    StreamingQuery query = job.start();
    System.out.println("query started");
    report(query, rows, folder);
    query.stop();
    System.out.println("query stopped");
    // The executors go on, for a look at what is left in them.
    Thread.currentThread().join();
  }

  private static void report(StreamingQuery query, Rows rows, Path folder) throws Exception {
    String last = "";
    long started = -1;
    while (!folder.resolve("stop").toFile().exists()) {
      if (query.awaitTermination(REPORT_MILLIS)) {
        return;
      }
      String now =
          "processed %d read %d local %d jobs %d batches %d"
              .formatted(
                  Arrived.processed(query),
                  rows.read.get(),
                  rows.local.get(),
                  rows.jobs.get(),
                  query.lastProgress() == null ? -1 : query.lastProgress().batchId());
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
  }

  /** Adds up what the tasks say. */
  private static final class Rows extends SparkListener {
    final AtomicLong read = new AtomicLong();
    final AtomicLong local = new AtomicLong();
    final AtomicLong jobs = new AtomicLong();

    @Override
    public void onJobStart(SparkListenerJobStart start) {
      jobs.incrementAndGet();
    }

    @Override
    public void onTaskEnd(SparkListenerTaskEnd end) {
      CollectionConverters.asJava(end.taskInfo().accumulables())
          .forEach(
              each -> {
                String name = each.name().isEmpty() ? "" : each.name().get();
                long value =
                    each.update().isEmpty() || !name.startsWith("rows read")
                        ? 0
                        : Long.parseLong(each.update().get().toString());
                if (name.equals("rows read from stores")) {
                  read.addAndGet(value);
                } else if (name.startsWith("rows read from stores of the task")) {
                  local.addAndGet(value);
                }
              });
    }
  }
}
