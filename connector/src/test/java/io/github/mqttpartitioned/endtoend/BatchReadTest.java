// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.mqttpartitioned.cluster.PartitionAssignment;
import io.github.mqttpartitioned.cluster.PartitionAssignments;
import io.github.mqttpartitioned.cluster.node.Node;
import io.github.mqttpartitioned.spark.batch.StoredSource;
import io.github.mqttpartitioned.spark.checkpoint.SourceCheckpoint;
import io.github.mqttpartitioned.spark.stream.LiveSources;
import io.github.mqttpartitioned.store.PartitionStore;
import io.github.mqttpartitioned.store.StoreConfig;
import io.github.mqttpartitioned.store.StoreWriter;
import io.github.mqttpartitioned.testkit.Await;
import io.github.mqttpartitioned.testkit.BrokerOptions;
import io.github.mqttpartitioned.testkit.ChildJvm;
import io.github.mqttpartitioned.testkit.Full;
import io.github.mqttpartitioned.testkit.Spark;
import io.github.mqttpartitioned.testkit.TestBroker;
import io.github.mqttpartitioned.testkit.TestBrokers;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Timestamp;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.streaming.StreamingQuery;
import org.apache.spark.sql.types.DataTypes;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a streaming query has stored, read by batches: beside it, after it, and from outside. */
class BatchReadTest {

  private static final Duration LIMIT = Duration.ofMinutes(3);
  private static final int MESSAGES = 2_000;

  @TempDir Path folder;
  private TestBroker broker;
  private Job job;

  @BeforeEach
  void startBroker() {
    broker = TestBrokers.start(BrokerOptions.DEFAULTS.maxQueued(0));
    job = new Job(folder, broker.url()).option("partitions", 3).option("retention", "1h");
  }

  @AfterEach
  void stopBroker() {
    broker.close();
  }

  @Test
  void rowsAreThoseOfTheQueryWhileItRunsAndAfterIt() throws Exception {
    StreamingQuery query = job.startConnected();
    publish(query);
    List<Row> expected = sorted(job.rows());
    assertThat(expected).hasSize(MESSAGES);
    assertThat(sorted(read())).isEqualTo(expected);
    assertThat(read().count()).isEqualTo(MESSAGES);
    query.stop();
    assertThat(sorted(read())).isEqualTo(expected);

    // The offsets of a partition, in part.
    long middle = read().where("partition = 1").count() / 2;
    Dataset<Row> part =
        read(
            "startingOffsets",
            "{\"0\":-2,\"1\":%d,\"2\":-2}".formatted(middle),
            "endingOffsets",
            "{\"0\":0,\"1\":-1,\"2\":0}");
    assertThat(sorted(part))
        .isEqualTo(
            expected.stream()
                .filter(
                    row ->
                        row.<Integer>getAs("partition") == 1 && row.<Long>getAs("offset") >= middle)
                .toList());

    part.createOrReplaceTempView("stored");
    assertThat(Spark.session().sql("select count(distinct topic) from stored").count()).isOne();
    StreamingQuery again = job.startConnected();
    assertThat(sorted(read())).isEqualTo(expected);
    again.stop();
  }

  /** Its broker is away: the stores are open, and the query is not live. */
  @Test
  void queryThatStillStartsIsReadThroughItsNode() throws Exception {
    StreamingQuery query = job.startConnected();
    publish(query);
    query.stop();
    List<Row> expected = sorted(read());
    StoredSource source =
        StoredSource.of(
            job.checkpoint().toString(),
            Optional.empty(),
            Spark.session().sessionState().newHadoopConf());
    String sourceId = source.identity().sourceId();
    broker.stop();
    StreamingQuery starting = job.start();
    try {
      Await.until("open stores", LIMIT, () -> Node.ofThisJvm().store(sourceId, 2).isPresent());
      assertThat(sorted(read())).isEqualTo(expected);
      assertThat(LiveSources.find(sourceId)).isEmpty();
      assertThat(LiveSources.isClaimed(sourceId)).isTrue();
    } finally {
      starting.stop();
    }
  }

  @Test
  void columnsAreThoseThatTheReadAsksFor() throws Exception {
    StreamingQuery query = job.startConnected();
    publish(query);
    query.stop();
    Dataset<Row> rows =
        read("topicColumns", "{first}/{second:int},{first}/#", "payloadType", "string");
    assertThat(rows.schema().apply("payload").dataType()).isEqualTo(DataTypes.StringType);
    assertThat(
            rows.where(
                    """
                    first <=> split(topic, '/')[0] and second <=>
                    if(size(split(topic, '/')) = 2, try_cast(split(topic, '/')[1] as int), null)""")
                .count())
        .isEqualTo(MESSAGES);
    // The same bytes, or null where they are no text.
    assertThat(rows.where("payload is not null").count())
        .isEqualTo(read().where("is_valid_utf8(cast(payload as string))").count());
  }

  @Test
  void timesOfReceiptBoundTheRows() throws Exception {
    StreamingQuery query = job.startConnected();
    publish(query);
    query.stop();
    List<Row> all = sorted(read());
    List<Long> millis =
        all.stream().map(row -> row.<Timestamp>getAs("timestamp").getTime()).sorted().toList();
    long from = millis.get(MESSAGES / 3);
    long until = millis.get(MESSAGES * 2 / 3) + 1;
    assertThat(
            sorted(
                read(
                    "startingTimestamp",
                    String.valueOf(from),
                    "endingTimestamp",
                    String.valueOf(until))))
        .isEqualTo(
            all.stream()
                .filter(
                    row -> {
                      long time = row.<Timestamp>getAs("timestamp").getTime();
                      return from <= time && time < until;
                    })
                .toList());
    assertThat(read("startingTimestamp", String.valueOf(millis.get(MESSAGES - 1) + 1)).count())
        .isZero();
  }

  @Test
  void storesOfRetiredPartitionsAreReadWithColumnsOfTopicsAndProperties() throws Exception {
    StreamingQuery query = job.startConnected();
    publish(query);
    query.stop();
    job.option("partitions", 1).startConnected().stop();
    Dataset<Row> rows =
        read("topicColumns", "test/{publisher:int}/{number:int}", "includeProperties", "true");
    assertThat(rows.select("partition").distinct().count()).isEqualTo(3);
    assertThat(rows.where("topic = concat('test/', publisher, '/', number)").count())
        .isEqualTo(MESSAGES);
    assertThat(rows.where("userProperties is null and contentType is null").count())
        .isEqualTo(MESSAGES);
  }

  @Test
  void deadLettersAreRowsWithAReason() throws Exception {
    StreamingQuery query = job.startConnected();
    publish(query);
    query.stop();
    Path store = storeOf(1);
    String sourceId = sourceId();
    try (PartitionStore opened =
            PartitionStore.open(new StoreConfig(store, sourceId, 1, 64 << 20, 0));
        StoreWriter writer = opened.write()) {
      writer.addDeadLetter(ByteBuffer.wrap(new byte[] {0x32, 1}), "a packet without a topic");
      writer.commit();
    }
    Dataset<Row> rows = read("includeDeadLetters", "true", "includeProperties", "true");
    assertThat(rows.where("deadLetterReason is null").count()).isEqualTo(MESSAGES);
    Row letter = rows.where("deadLetterReason is not null").collectAsList().get(0);
    assertThat(letter.<String>getAs("deadLetterReason")).isEqualTo("a packet without a topic");
    assertThat(letter.<byte[]>getAs("payload")).containsExactly(0x32, 1);
    assertThat(letter.<Integer>getAs("partition")).isEqualTo(1);
    assertThat(letter.<Object>getAs("topic")).isNull();
    assertThat(letter.<Object>getAs("offset")).isNull();
    assertThat(letter.<Object>getAs("userProperties")).isNull();
    assertThat(read().columns()).doesNotContain("deadLetterReason");
  }

  /** Rows that are left out without a word would be worse than none. */
  @Test
  void storeThatIsNotOnThisHostIsAnError() throws Exception {
    job.startConnected().stop();
    Path store = storeOf(1);
    Files.move(store, folder.resolve("away"));
    assertThatThrownBy(() -> read().count())
        .hasMessageStartingWith(
            "[MQTT_STORE_ELSEWHERE] The store of partition 1 is not on this host");
    // Root may read what others may not: a link to itself cannot be looked at by anybody.
    Files.createSymbolicLink(store, store.getFileName());
    assertThatThrownBy(() -> read().count())
        .hasMessageStartingWith(
            "[MQTT_STORE_UNUSABLE] The store of partition 1 cannot be read by user")
        .hasMessageContaining("Only the user of the query may read its stores");
  }

  /** A host that was lost and has come back: its store has a successor on another host. */
  @Test
  void storeThatHasASuccessorElsewhereIsNotRead() throws Exception {
    StreamingQuery query = job.startConnected();
    publish(query);
    query.stop();
    SourceCheckpoint checkpoint =
        new SourceCheckpoint(
            job.checkpoint().resolve("sources/0").toString(),
            Spark.session().sparkContext().hadoopConfiguration());
    PartitionAssignments before = checkpoint.assignments().orElseThrow();
    List<PartitionAssignment> stores = new ArrayList<>(before.partitions());
    stores.set(1, stores.get(1).nextGeneration().on("another-host"));
    checkpoint.write(new PartitionAssignments(before.epoch() + 1, stores));
    assertThat(storeOf(1)).isDirectory();
    assertThatThrownBy(() -> read().count())
        .hasMessageStartingWith("[MQTT_STORE_ELSEWHERE] The store of partition 1 ")
        .hasMessageContaining("It is on host another-host");
  }

  /** The query fails, and what it has stored is read through the file of the new holder. */
  @Test
  void storeThatAnotherProcessHasTakenFailsTheQueryAndIsRead() throws Exception {
    StreamingQuery query = job.startConnected();
    publish(query);
    List<Row> expected = sorted(job.rows());
    try (ChildJvm other =
        ChildJvm.of(Holder.class, storeOf(1).toString(), sourceId(), "1").start()) {
      other.awaitLine("epoch 2", LIMIT);
      // The member of the store that is taken gets a part of the messages, and cannot store them.
      try (Load load = Load.startAt(2, broker.url(), 1, 100, 0, 0)) {
        load.await();
        Await.until("the query's end", LIMIT, () -> !query.isActive());
      }
      assertThat(query.exception().get()).hasMessageContaining("[MQTT_STORE_FENCED] ");
      List<Row> found = sorted(read("endingOffsets", upTo(expected)));
      assertThat(found).isEqualTo(expected);
    }
  }

  /** Holds a store until it is killed. */
  static final class Holder {
    private Holder() {}

    public static void main(String[] arguments) throws Exception {
      int partition = Integer.parseInt(arguments[2]);
      try (PartitionStore store =
          PartitionStore.open(
              new StoreConfig(Path.of(arguments[0]), arguments[1], partition, 64 << 20, 0))) {
        System.out.println("epoch " + store.epoch());
        Thread.currentThread().join();
      }
    }
  }

  /** Offsets behind the last of these rows, as the option has them. */
  private static String upTo(List<Row> rows) {
    Map<Integer, Long> next = new TreeMap<>(Map.of(0, 0L, 1, 0L, 2, 0L));
    for (Row row : rows) {
      next.merge(row.getAs("partition"), row.<Long>getAs("offset") + 1, Math::max);
    }
    return next.entrySet().stream()
        .map(each -> "\"%d\":%d".formatted(each.getKey(), each.getValue()))
        .collect(Collectors.joining(",", "{", "}"));
  }

  /** The query runs in another process all the time, and is killed in the end. */
  @Tag(Full.TAG)
  @Test
  void anotherProcessReadsBesideARunningQuery() throws Exception {
    try (ChildJvm query =
            ChildJvm.of(QueryProcess.class, folder.toString(), broker.url(), "2", "1")
                .property("test.retention", "1h")
                .start();
        Load load = Load.start(broker.url(), 2, 20_000, 1, 4_000)) {
      query.awaitLine("processed [1-9].*", LIMIT);
      long before = 0;
      for (int i = 0; i < 10; i++) {
        Dataset<Row> rows = read();
        long count = rows.count();
        assertThat(count).isGreaterThanOrEqualTo(before);
        before = count;
        assertThat(
                rows.groupBy("partition")
                    .agg(
                        org.apache
                            .spark
                            .sql
                            .functions
                            .expr("max(offset) - min(offset) + 1 - count(*)")
                            .as("gap"))
                    .where("gap <> 0")
                    .count())
            .isZero();
      }
      load.await();
      Await.until("all messages", LIMIT, () -> read().count() == 20_000);
      query.kill9();
      assertThat(read().count()).isEqualTo(20_000);
    }
  }

  @Test
  void mistakesAreNamed() throws Exception {
    assertThatThrownBy(() -> read().count())
        .hasMessageStartingWith("[MQTT_NO_STORED_SOURCE] ")
        .hasMessageContaining(job.checkpoint().toString());
    assertThatThrownBy(
            () ->
                Spark.session()
                    .read()
                    .format("mqtt-partitioned")
                    .option("topics", "a")
                    .load("tcp://127.0.0.1:1")
                    .count())
        .hasMessageStartingWith("[MQTT_READ_REFUSED] ")
        .hasMessageContaining("sourceCheckpoint");
    job.startConnected().stop();
    assertThatThrownBy(() -> read("sourceName", "1").count())
        .hasMessageStartingWith("[MQTT_NO_STORED_SOURCE] ")
        .hasMessageContaining("[0]");
    assertThat(read("sourceName", "0").count()).isZero();
  }

  private Path storeOf(int partition) throws Exception {
    try (Stream<Path> files = Files.walk(folder)) {
      return files
          .filter(path -> path.endsWith("p" + partition + "/data.mdb"))
          .findFirst()
          .get()
          .getParent();
    }
  }

  private String sourceId() throws Exception {
    Path source = job.checkpoint().resolve("sources/0");
    try (Stream<Path> files = Files.list(source)) {
      Path file =
          files
              .filter(path -> path.getFileName().toString().startsWith("source."))
              .findFirst()
              .get();
      return Files.readString(file).replaceAll("(?s).*\"sourceId\":\"([0-9a-f]+)\".*", "$1");
    }
  }

  private void publish(StreamingQuery query) throws Exception {
    try (Load load = Load.start(broker.url(), 2, MESSAGES, 1, 0)) {
      load.await();
      Await.until("all rows", LIMIT, () -> Arrived.processed(query) == MESSAGES);
    }
  }

  private Dataset<Row> read(String... more) {
    var reader =
        Spark.session()
            .read()
            .format("mqtt-partitioned")
            .option("sourceCheckpoint", job.checkpoint().toString());
    for (int i = 0; i < more.length; i += 2) {
      reader = reader.option(more[i], more[i + 1]);
    }
    return reader.load();
  }

  private static List<Row> sorted(Dataset<Row> rows) {
    return rows.withColumn("payload", org.apache.spark.sql.functions.hex(rows.col("payload")))
        .orderBy("partition", "offset")
        .collectAsList();
  }
}
