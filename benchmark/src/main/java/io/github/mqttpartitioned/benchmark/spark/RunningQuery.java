// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.benchmark.spark;

import io.github.mqttpartitioned.benchmark.report.Sample;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import org.apache.spark.api.java.function.VoidFunction2;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.ForeachWriter;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.streaming.DataStreamWriter;
import org.apache.spark.sql.streaming.SourceProgress;
import org.apache.spark.sql.streaming.StreamingQuery;
import org.apache.spark.sql.streaming.StreamingQueryListener;
import org.apache.spark.sql.streaming.StreamingQueryProgress;
import org.apache.spark.sql.streaming.Trigger;

/** A query over {@code format("mqtt-partitioned")} with micro-batches back to back. */
public final class RunningQuery implements AutoCloseable {

  /** Each micro-batch as soon as the one before is done. */
  public static final Trigger BACK_TO_BACK = Trigger.ProcessingTime(0);

  /** In an offset's JSON text, a partition with an offset above 0. */
  private static final Pattern SOME_OFFSET = Pattern.compile("\"\\d+\":[1-9]");

  private final SparkSession spark;
  private final StreamingQuery query;
  private final Rows rows;

  private RunningQuery(SparkSession spark, StreamingQuery query, Rows rows) {
    this.spark = spark;
    this.query = query;
    this.rows = rows;
  }

  /** Adds up rows once their batch is through the sink, and notes what the batch has taken. */
  private static final class Rows extends StreamingQueryListener {
    private static final long serialVersionUID = 1L;

    private final AtomicLong count = new AtomicLong();
    private final Map<String, Sample> phases = new LinkedHashMap<>();

    @Override
    public void onQueryStarted(QueryStartedEvent event) {}

    @Override
    public void onQueryProgress(QueryProgressEvent event) {
      StreamingQueryProgress progress = event.progress();
      count.addAndGet(progress.numInputRows());
      if (progress.numInputRows() > 0) {
        note(progress.durationMs());
      }
    }

    private synchronized void note(Map<String, Long> millis) {
      new TreeMap<>(millis)
          .forEach((phase, each) -> phases.computeIfAbsent(phase, none -> new Sample()).add(each));
    }

    private synchronized Map<String, Double> takePhases() {
      Map<String, Double> medians = new LinkedHashMap<>();
      phases.forEach((phase, sample) -> medians.put(phase, sample.median()));
      phases.clear();
      return medians;
    }

    @Override
    public void onQueryTerminated(QueryTerminatedEvent event) {}
  }

  /** With all columns into Spark's noop sink. */
  public static RunningQuery intoNoop(
      SparkSession spark, String brokerUrl, int partitions, Trigger trigger, Path directory)
      throws Exception {
    return start(
        spark,
        messages(spark, brokerUrl, partitions).writeStream().format("noop"),
        trigger,
        directory);
  }

  /** Spark's own source of a socket into its noop sink: what a query costs whatever its source. */
  public static RunningQuery ofSocket(SparkSession spark, int port, Path directory)
      throws Exception {
    Dataset<Row> lines =
        spark.readStream().format("socket").option("host", "127.0.0.1").option("port", port).load();
    return start(spark, lines.writeStream().format("noop"), BACK_TO_BACK, directory);
  }

  /**
   * With the payloads of each batch into {@code sink}.
   *
   * @param source more options of the source
   * @param writer options of the query's writer
   */
  public static RunningQuery into(
      SparkSession spark,
      String brokerUrl,
      int partitions,
      int qos,
      Path directory,
      Map<String, String> source,
      Map<String, String> writer,
      VoidFunction2<Dataset<Row>, Long> sink)
      throws Exception {
    return start(
        spark,
        benchmarkMessages(spark, brokerUrl, partitions, qos, source)
            .select("payload")
            .writeStream()
            .options(writer)
            .foreachBatch(sink),
        BACK_TO_BACK,
        directory);
  }

  /**
   * With each payload into {@code sink} as it comes.
   *
   * @param source more options of the source
   * @param batch how long a batch is
   */
  public static RunningQuery inRealTime(
      SparkSession spark,
      String brokerUrl,
      int partitions,
      int qos,
      Map<String, String> source,
      Duration batch,
      Path directory,
      ForeachWriter<Row> sink)
      throws Exception {
    return start(
        spark,
        benchmarkMessages(spark, brokerUrl, partitions, qos, source)
            .select("payload")
            .writeStream()
            .foreach(sink)
            .outputMode("update"),
        Trigger.RealTime(batch.toMillis()),
        directory);
  }

  private static Dataset<Row> benchmarkMessages(
      SparkSession spark, String brokerUrl, int partitions, int qos, Map<String, String> options) {
    return messages(spark, brokerUrl, partitions, "benchmark/#", qos, options);
  }

  private static Dataset<Row> messages(SparkSession spark, String brokerUrl, int partitions) {
    return messages(spark, brokerUrl, partitions, "#", 1, Map.of());
  }

  private static Dataset<Row> messages(
      SparkSession spark,
      String brokerUrl,
      int partitions,
      String topics,
      int qos,
      Map<String, String> options) {
    return spark
        .readStream()
        .format("mqtt-partitioned")
        .option("brokerUrl", brokerUrl)
        .option("topics", topics)
        .option("qos", qos)
        .option("partitions", partitions)
        .option("keepAlive", "10m")
        .option("clientIdPrefix", "benchmark-" + UUID.randomUUID())
        .options(options)
        .load();
  }

  private static RunningQuery start(
      SparkSession spark, DataStreamWriter<Row> writer, Trigger trigger, Path directory)
      throws Exception {
    Rows rows = new Rows();
    spark.streams().addListener(rows);
    StreamingQuery query =
        writer.option("checkpointLocation", directory.toString()).trigger(trigger).start();
    return new RunningQuery(spark, query, rows);
  }

  /**
   * Rows of all batches that are through the sink.
   *
   * @throws IllegalStateException when the query has ended
   */
  public long rows() {
    if (!query.isActive()) {
      throw new IllegalStateException(
          "the query has ended: " + (query.exception().isEmpty() ? "" : query.exception().get()));
    }
    return rows.count.get();
  }

  /**
   * What a batch with rows has taken since the last call, by Spark's names of its phases: medians
   * in milliseconds.
   */
  public Map<String, Double> takePhases() {
    return rows.takePhases();
  }

  /** Partitions of which anything has been read so far. */
  public long partitionsRead() {
    SourceProgress source = query.lastProgress().sources()[0];
    return SOME_OFFSET.matcher(source.endOffset()).results().count();
  }

  @Override
  public void close() throws TimeoutException {
    query.stop();
    spark.streams().removeListener(rows);
  }
}
