// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.endtoend;

import io.github.mqttpartitioned.testkit.Await;
import io.github.mqttpartitioned.testkit.Spark;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import java.util.function.UnaryOperator;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.streaming.DataStreamWriter;
import org.apache.spark.sql.streaming.StreamingQuery;
import org.apache.spark.sql.streaming.StreamingQueryException;
import org.apache.spark.sql.streaming.Trigger;

/**
 * A job as a user has it: the source, a Parquet sink, a checkpoint. May be started again and again.
 */
final class Job {

  /** Spark's first query in a JVM loads thousands of classes: on a busy machine, over a minute. */
  private static final Duration START = Duration.ofMinutes(3);

  private final Path folder;
  private final Map<String, String> options = new LinkedHashMap<>();
  private UnaryOperator<Dataset<Row>> transformation = UnaryOperator.identity();

  /**
   * @param folder for checkpoint, stores and output
   */
  Job(Path folder, String brokerUrl) {
    this.folder = folder;
    option("brokerUrl", brokerUrl);
    option("topics", "test/#");
    option("connectTimeout", "20s");
    // Mosquitto searches its window for each packet of QoS 2: a large one makes it crawl.
    option("receiveMaximum", 1_000);
  }

  Job option(String name, Object value) {
    options.put(name, String.valueOf(value));
    return this;
  }

  /** What is done to the rows between source and sink; nothing by default. */
  Job transformed(UnaryOperator<Dataset<Row>> value) {
    transformation = value;
    return this;
  }

  Dataset<Row> source() {
    return Spark.session().readStream().format("mqtt-partitioned").options(options).load();
  }

  StreamingQuery start() {
    return start(Trigger.ProcessingTime(0));
  }

  StreamingQuery start(Trigger trigger) {
    DataStreamWriter<Row> writer =
        transformation.apply(source()).writeStream().format("parquet").trigger(trigger);
    option(writer, "path", output());
    option(writer, "checkpointLocation", folder.resolve("checkpoint").toString());
    try {
      return writer.start();
    } catch (TimeoutException e) {
      throw new AssertionError(e);
    }
  }

  /** By reflection: the method's return type is another one in Spark 3.5 and in 4. */
  static void option(DataStreamWriter<Row> writer, String name, String value) {
    try {
      DataStreamWriter.class
          .getMethod("option", String.class, String.class)
          .invoke(writer, name, value);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError(e.getMessage(), e);
    }
  }

  /** Starts the job and waits until its members are connected. */
  StreamingQuery startConnected() {
    StreamingQuery query = start();
    Await.until(
        "the first progress, exception " + query.exception(),
        START,
        () -> query.recentProgress().length > 0 || query.exception().isDefined());
    if (query.exception().isDefined()) {
      throw new AssertionError("the query failed", query.exception().get());
    }
    return query;
  }

  /** The error that a query ends with. */
  static StreamingQueryException failure(StreamingQuery query, Duration deadline) {
    Await.until("the query's failure", deadline, () -> !query.isActive());
    return query.exception().get();
  }

  String output() {
    return folder.resolve("output").toString();
  }

  Path checkpoint() {
    return folder.resolve("checkpoint");
  }

  /** What the sink holds. */
  Dataset<Row> rows() {
    return Spark.session().read().parquet(output());
  }
}
