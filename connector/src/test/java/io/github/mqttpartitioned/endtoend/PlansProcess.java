// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.endtoend;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.streaming.DataStreamWriter;
import org.apache.spark.sql.streaming.StreamingQuery;

/**
 * Reads and writes with secrets in the options, and prints what Spark shows of it: plans, and what
 * the UI knows. The event log is written, too.
 */
public final class PlansProcess {

  private static final String HEADER = "websocket.header.X-Account";

  private PlansProcess() {}

  /**
   * Runs in two sessions of one application, of which the second is never the active one.
   *
   * <p>The environment has the URL of the broker, {@code TEST_URL}, and the value of a header,
   * {@code TEST_HEADER}.
   *
   * @param arguments folder of the checkpoints
   */
  public static void main(String[] arguments) throws Exception {
    SparkSession active =
        SparkSession.builder()
            .master("local[2]")
            .appName("plans")
            .config("spark.ui.port", 0)
            .config("spark.driver.host", "127.0.0.1")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .config("spark.sql.ui.explainMode", "extended")
            .getOrCreate();
    System.out.println("running on Spark " + active.version());
    run(active, Path.of(arguments[0], "active"));
    SparkSession other = active.newSession();
    run(other, Path.of(arguments[0], "other"));
    printExecutions(active);
    active.stop();
    System.out.println("all printed");
  }

  private static void run(SparkSession spark, Path folder) throws Exception {
    String url = System.getenv("TEST_URL");
    String header = System.getenv("TEST_HEADER");
    Dataset<Row> messages =
        spark
            .readStream()
            .format("mqtt-partitioned")
            .option(HEADER, header)
            .option("topics", "in/#")
            .option("partitions", 1)
            .option("retention", "1h")
            .load(url);
    messages.explain(true);
    System.out.println(messages.queryExecution());
    DataStreamWriter<Row> writer = messages.writeStream().format("mqtt-partitioned");
    Job.option(writer, HEADER, header);
    Job.option(writer, "topic", "out");
    Job.option(writer, "checkpointLocation", folder.toString());
    StreamingQuery query = writer.start(url);
    while (query.lastProgress() == null || query.lastProgress().numInputRows() == 0) {
      // What comes before the member has subscribed is lost.
      spark
          .range(10)
          .selectExpr("concat('in/', id) as topic", "'x' as payload")
          .write()
          .format("mqtt-partitioned")
          .mode("append")
          .option(HEADER, header)
          .save(url);
      if (query.awaitTermination(500)) {
        throw new AssertionError("The query has ended");
      }
    }
    query.explain(true);
    System.out.println(query.lastProgress());
    query.stop();
    Dataset<Row> stored =
        spark
            .read()
            .format("mqtt-partitioned")
            .option("sourceCheckpoint", folder.toString())
            .load();
    stored.explain(true);
    System.out.printf("%d messages are stored%n", stored.count());
  }

  private static void printExecutions(SparkSession spark) throws Exception {
    URI executions =
        URI.create(
            "%s/api/v1/applications/%s/sql?details=true&planDescription=true&length=1000"
                .formatted(
                    spark.sparkContext().uiWebUrl().get(), spark.sparkContext().applicationId()));
    System.out.println(
        HttpClient.newHttpClient()
            .send(HttpRequest.newBuilder(executions).build(), BodyHandlers.ofString())
            .body());
  }
}
