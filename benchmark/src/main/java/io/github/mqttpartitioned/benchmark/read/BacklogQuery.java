// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.benchmark.read;

import io.github.mqttpartitioned.benchmark.report.Scratch;
import io.github.mqttpartitioned.benchmark.spark.ConstantSource;
import io.github.mqttpartitioned.testkit.MqttProperties;
import io.github.mqttpartitioned.testkit.ScriptedBroker;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.streaming.DataStreamWriter;
import org.apache.spark.sql.streaming.StreamingQuery;
import org.apache.spark.sql.streaming.StreamingQueryProgress;
import org.apache.spark.sql.streaming.Trigger;
import org.jspecify.annotations.Nullable;

/**
 * Runs queries over one backlog, each from its first message to its last in one micro-batch. The
 * broker is one that never sends a message.
 *
 * <p>A source finds its stores by the identity in its own folder of the checkpoint. So the first
 * query makes that folder and empty stores, and every other one gets a copy of the folder in a
 * checkpoint that is new otherwise, whose query begins at offset 0.
 */
public final class BacklogQuery implements AutoCloseable {

  private static final String SOURCES = "sources";
  private static final String STORE_MAX_BYTES = "200g";
  private static final long STORE_MAX = 200L << 30;

  private final SparkSession spark;
  private final Backlog backlog;
  private final Scratch scratch;
  private final Place place;

  /** Null where another JVM has it. */
  private final @Nullable ScriptedBroker broker;

  private long fillNanos;

  /**
   * Where a backlog lies: all that another JVM must know to read it.
   *
   * @param brokerUrl of the broker that never sends a message
   * @param stores directory of the option {@code storeDir}
   * @param first checkpoint of the query that made them
   */
  record Place(String brokerUrl, Path stores, Path first) {}

  private BacklogQuery(
      SparkSession spark,
      Backlog backlog,
      Scratch scratch,
      Place place,
      @Nullable ScriptedBroker broker) {
    this.spark = spark;
    this.backlog = backlog;
    this.scratch = scratch;
    this.place = place;
    this.broker = broker;
  }

  private static BacklogQuery create(SparkSession spark, Backlog backlog, Scratch scratch)
      throws IOException {
    ScriptedBroker broker =
        ScriptedBroker.start(
            connection -> {
              connection.accept(false, MqttProperties.NONE);
              connection.grant();
            });
    Place place = new Place(broker.url(), scratch.newDirectory(), scratch.newDirectory());
    return new BacklogQuery(spark, backlog, scratch, place, broker);
  }

  /** Over a backlog that another JVM has prepared, and whose broker it has. */
  static BacklogQuery at(Place place, SparkSession spark, Backlog backlog, Scratch scratch) {
    return new BacklogQuery(spark, backlog, scratch, place, null);
  }

  /** Where it lies, for {@link #at}. */
  Place place() {
    return place;
  }

  /** Makes the stores and fills them. */
  public static BacklogQuery prepare(SparkSession spark, Backlog backlog, Scratch scratch)
      throws Exception {
    BacklogQuery query = create(spark, backlog, scratch);
    try {
      query.await(query.messages(Map.of()).writeStream().format("noop"), query.place.first());
      Path own = query.storesOfSource();
      long begin = System.nanoTime();
      backlog.write(own, String.valueOf(own.getFileName()), STORE_MAX);
      query.fillNanos = System.nanoTime() - begin;
      return query;
    } catch (Exception e) {
      query.close();
      throw e;
    }
  }

  /** The source keeps its stores in a directory that is called as the source. */
  private Path storesOfSource() throws IOException {
    try (Stream<Path> directories = Files.list(place.stores())) {
      return directories.findFirst().orElseThrow();
    }
  }

  /** Nanoseconds that one thread took to store all of it, durably. */
  public long fillNanos() {
    return fillNanos;
  }

  /** Nanoseconds that one thread takes to read all of it, without Spark. */
  long scan(Scan scan) throws IOException {
    Path own = storesOfSource();
    return backlog.scan(own, String.valueOf(own.getFileName()), STORE_MAX, scan);
  }

  /**
   * Runs a query.
   *
   * @return milliseconds that its one micro-batch took
   * @throws IllegalStateException when rows are missing, or the answer is wrong
   */
  public long run(Query query) throws Exception {
    Path checkpoint = scratch.newDirectory();
    copy(place.first().resolve(SOURCES), checkpoint.resolve(SOURCES));
    return run(query, messages(query.options()), checkpoint);
  }

  /**
   * The same by a batch read of the checkpoint.
   *
   * @return milliseconds that it took
   */
  long runBatch(Query query) {
    long begin = System.nanoTime();
    Dataset<Row> stored =
        spark
            .read()
            .format("mqtt-partitioned")
            .option("sourceCheckpoint", place.first().toString())
            .options(query.options())
            .load();
    Object found = query.of(stored);
    long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin);
    query.answer().ifPresent(answer -> check(query, answer, found));
    return millis;
  }

  /** The same over the messages in Kafka. */
  long runKafka(Query query, String bootstrap) throws Exception {
    Dataset<Row> messages =
        spark
            .readStream()
            .format("kafka")
            .option("kafka.bootstrap.servers", bootstrap)
            .option("subscribe", KafkaBacklog.TOPIC)
            .option("startingOffsets", "earliest")
            .load()
            .withColumnRenamed("value", "payload");
    return run(query, messages, scratch.newDirectory());
  }

  /** As many rows of a source that does nothing: what Spark alone takes. */
  long runNothing(Query query) throws Exception {
    Dataset<Row> messages =
        spark
            .readStream()
            .format(ConstantSource.class.getName())
            .option(ConstantSource.PARTITIONS, backlog.partitions())
            .option(ConstantSource.ROWS, backlog.rowsPerPartition())
            .option(ConstantSource.PAYLOAD, backlog.payloadBytes())
            .load();
    return rowsOf(query, messages, scratch.newDirectory());
  }

  private long run(Query query, Dataset<Row> messages, Path checkpoint) throws Exception {
    long millis = rowsOf(query, messages, checkpoint);
    query
        .answer()
        .ifPresent(answer -> check(query, answer, spark.table(answer.table()).first().get(0)));
    return millis;
  }

  private long rowsOf(Query query, Dataset<Row> messages, Path checkpoint) throws Exception {
    StreamingQueryProgress progress =
        await(query.over(messages), checkpoint)
            .orElseThrow(() -> new IllegalStateException(query.title() + " had no batch"));
    if (progress.numInputRows() != backlog.rows()) {
      throw new IllegalStateException(
          "%s read %,d rows of %,d"
              .formatted(query.title(), progress.numInputRows(), backlog.rows()));
    }
    return Objects.requireNonNull(progress.durationMs().get("triggerExecution"));
  }

  private void check(Query query, Query.Answer answer, @Nullable Object found) {
    double expected = answer.expected().applyAsDouble(backlog);
    if (!(found instanceof Number number) || number.doubleValue() != expected) {
      throw new IllegalStateException(
          "%s is %s, expected %,.1f".formatted(query.title(), found, expected));
    }
  }

  private Dataset<Row> messages(Map<String, String> options) {
    return spark
        .readStream()
        .format("mqtt-partitioned")
        .option("brokerUrl", place.brokerUrl())
        .option("topics", "#")
        .option("partitions", backlog.partitions())
        .option("storeDir", place.stores().toString())
        .option("storeMaxBytes", STORE_MAX_BYTES)
        .option("drainTimeout", "100ms")
        .options(options)
        .load();
  }

  /** Runs a query until it has read what there is; the progress of its last batch with rows. */
  private Optional<StreamingQueryProgress> await(DataStreamWriter<Row> writer, Path checkpoint)
      throws Exception {
    StreamingQuery query =
        writer
            .option("checkpointLocation", checkpoint.toString())
            .trigger(Trigger.AvailableNow())
            .start();
    query.awaitTermination();
    return Stream.of(query.recentProgress())
        .filter(progress -> progress.numInputRows() > 0)
        .reduce((before, last) -> last);
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      files.forEach(
          file -> {
            try {
              Files.copy(file, to.resolve(from.relativize(file).toString()));
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          });
    }
  }

  @Override
  public void close() {
    if (broker != null) {
      broker.close();
    }
  }
}
