// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.testkit.Await;
import io.github.mqttpartitioned.testkit.Full;
import io.github.mqttpartitioned.testkit.NumberedMessages;
import io.github.mqttpartitioned.testkit.SessionBroker;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.VoidFunction2;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.streaming.DataStreamWriter;
import org.apache.spark.sql.streaming.StreamingQuery;
import org.apache.spark.sql.streaming.StreamingQueryException;
import org.apache.spark.sql.streaming.Trigger;
import org.apache.spark.sql.types.DataTypes;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What Spark does to a source when something fails, on a real store and a member of QoS 2. */
class SparkFaultTest {

  private static final Duration DEADLINE = Duration.ofMinutes(2);
  private static final int MESSAGES = 2_000;

  @TempDir Path folder;
  private SessionBroker broker;

  /** Numbers of the messages by batch, as each run of the batch has seen them. */
  private final Map<Long, List<List<Long>>> batches = new ConcurrentHashMap<>();

  @BeforeEach
  void startBroker() {
    broker = new SessionBroker(2, 500, 50);
  }

  @AfterEach
  void stopBroker() {
    broker.close();
  }

  private Job job() {
    return new Job(folder, broker.url()).option("partitions", 1).option("qos", 2);
  }

  private StreamingQuery start(Dataset<Row> rows, VoidFunction2<Dataset<Row>, Long> sink)
      throws Exception {
    return writer(rows, sink).start();
  }

  /** A batch that ends when its query is stopped. */
  private static void neverEnd(AtomicInteger begun) throws InterruptedException {
    begun.incrementAndGet();
    new CountDownLatch(1).await();
  }

  private DataStreamWriter<Row> writer(Dataset<Row> rows, VoidFunction2<Dataset<Row>, Long> sink) {
    return rows.writeStream()
        .foreachBatch(sink)
        .option("checkpointLocation", checkpoint().toString())
        .trigger(Trigger.ProcessingTime(0));
  }

  private Path checkpoint() {
    return folder.resolve("checkpoint");
  }

  private static List<Long> numbers(Dataset<Row> rows) {
    return rows.select("payload").collectAsList().stream()
        .map(row -> ByteBuffer.wrap((byte[]) row.get(0)).getLong())
        .map(NumberedMessages::sequence)
        .sorted()
        .toList();
  }

  private void keep(Dataset<Row> rows, long batch) {
    List<Long> run = numbers(rows);
    batches.merge(
        batch, List.of(run), (runs, more) -> Stream.concat(runs.stream(), more.stream()).toList());
  }

  /** All numbers of the last run of each batch. */
  private List<Long> processed() {
    return new TreeMap<>(batches)
        .values().stream().flatMap(runs -> runs.get(runs.size() - 1).stream()).sorted().toList();
  }

  private void awaitProcessed(StreamingQuery query, int messages) {
    Await.until(
        messages + " processed",
        DEADLINE,
        () -> {
          if (query.exception().isDefined()) {
            throw new AssertionError("the query failed", query.exception().get());
          }
          return processed().size() >= messages;
        });
  }

  private static List<Long> upTo(long messages) {
    return LongStream.range(0, messages).boxed().toList();
  }

  @Test
  void taskThatFailsReadsItsRangeAgain() throws Exception {
    AtomicInteger failures = new AtomicInteger();
    FAILURES.put(folder.toString(), failures);
    String name = folder.toString();
    UDF1<Long, Boolean> failing = offset -> passes(name, offset);
    Dataset<Row> rows =
        job()
            .source()
            .filter(functions.udf(failing, DataTypes.BooleanType).apply(functions.col("offset")));
    broker.publish(MESSAGES);
    StreamingQuery query = start(rows, this::keep);
    awaitProcessed(query, MESSAGES);
    query.stop();
    assertThat(processed()).isEqualTo(upTo(MESSAGES));
    assertThat(failures.get()).isPositive();
  }

  /** By test, as tasks run in this JVM but their functions are copies. */
  private static final Map<String, AtomicInteger> FAILURES = new ConcurrentHashMap<>();

  private static boolean passes(String test, long offset) {
    if (TaskContext.get().attemptNumber() < 2 && offset % 100 == 50) {
      FAILURES.get(test).incrementAndGet();
      throw new IllegalStateException("this attempt was to fail");
    }
    return true;
  }

  @Tag(Full.TAG)
  @Test
  void severalActionsOverABatchSeeTheSameRowsAlsoAtOnce() throws Exception {
    broker.publish(MESSAGES);
    StreamingQuery query =
        start(
            job().source(),
            (rows, batch) -> {
              long count = rows.count();
              CompletableFuture<List<Long>> other =
                  CompletableFuture.supplyAsync(() -> numbers(rows));
              keep(rows, batch);
              List<Long> mine = batches.get(batch).get(0);
              assertThat(mine).hasSize((int) count).isEqualTo(other.get());
              broker.publish(count > 0 && processed().size() < MESSAGES + 1_000 ? 100 : 0);
              assertThat(rows.count()).isEqualTo(count);
            });
    awaitProcessed(query, MESSAGES + 1_000);
    query.stop();
    assertThat(processed()).isEqualTo(upTo(processed().size()));
  }

  @Test
  void batchThatReachedTheSinkAndNotTheCommitLogIsTheSameAgain() throws Exception {
    for (int crash = 1; crash <= 3; crash++) {
      broker.publish(MESSAGES);
      int until = crash * MESSAGES;
      StreamingQuery query =
          start(
              job().source(),
              (rows, batch) -> {
                keep(rows, batch);
                if (processed().size() >= until) {
                  throw new IllegalStateException("crash behind the sink");
                }
              });
      Await.until("the crash", DEADLINE, () -> !query.isActive());
      // More arrives before the batch is run again, and must not get into it.
      broker.publish(100);
    }
    StreamingQuery query = start(job().source(), this::keep);
    int all = 3 * MESSAGES + 300;
    awaitProcessed(query, all);
    query.stop();
    assertThat(processed()).isEqualTo(upTo(all));
    assertThat(batches.values()).allSatisfy(runs -> assertThat(runs).containsOnly(runs.get(0)));
    assertThat(batches.values()).anyMatch(runs -> runs.size() > 1);
  }

  @Test
  void checkpointOfAnEarlierTimeGetsTheRowsSinceThenAgainWithinTheRetention() throws Exception {
    Path saved = folder.resolve("saved");
    goOnAndGoBack(job().option("retention", "1h"), saved);
    StreamingQuery query = start(job().option("retention", "1h").source(), this::keep);
    awaitProcessed(query, 3 * MESSAGES);
    query.stop();
    assertThat(processed()).isEqualTo(upTo(3 * MESSAGES));
  }

  @Tag(Full.TAG)
  @Test
  void checkpointOfAnEarlierTimeIsAnErrorWithoutRetention() throws Exception {
    goOnAndGoBack(job(), folder.resolve("saved"));
    StreamingQuery query = start(job().source(), this::keep);
    StreamingQueryException failure = Job.failure(query, DEADLINE);
    assertThat(failure).hasStackTraceContaining("are lost: its store");
  }

  /** Processes three times as many messages, and puts the logs back to where one third was done. */
  private void goOnAndGoBack(Job job, Path saved) throws Exception {
    Set<Long> kept = new HashSet<>();
    for (int third = 1; third <= 3; third++) {
      broker.publish(MESSAGES);
      StreamingQuery query = start(job.source(), this::keep);
      awaitProcessed(query, third * MESSAGES);
      query.processAllAvailable();
      query.stop();
      if (third == 1) {
        copyLogs(checkpoint(), saved);
        kept.addAll(batches.keySet());
      }
    }
    batches.keySet().retainAll(kept);
    for (String log : List.of("offsets", "commits")) {
      try (Stream<Path> files = Files.list(checkpoint().resolve(log))) {
        for (Path file : files.toList()) {
          Files.delete(file);
        }
      }
    }
    copyLogs(saved, checkpoint());
  }

  private static void copyLogs(Path from, Path to) throws IOException {
    for (String log : List.of("offsets", "commits")) {
      Files.createDirectories(to.resolve(log));
      try (Stream<Path> files = Files.list(from.resolve(log))) {
        for (Path file : files.toList()) {
          Files.copy(file, to.resolve(log).resolve(file.getFileName()));
        }
      }
    }
  }

  @Tag(Full.TAG)
  @Test
  void progressThatIsTrackedAsynchronouslyLosesNothingOverRestarts() throws Exception {
    for (int run = 1; run <= 3; run++) {
      StreamingQuery query =
          writer(job().source(), this::keep)
              .option("asyncProgressTrackingEnabled", "true")
              .option("asyncProgressTrackingCheckpointIntervalMs", "300")
              .option("_asyncProgressTrackingOverrideSinkSupportCheck", "true")
              .start();
      for (int part = 1; part <= 5; part++) {
        broker.publish(MESSAGES / 5);
        int due = ((run - 1) * 5 + part) * (MESSAGES / 5);
        Await.until(
            due + " processed once, exception " + query.exception(),
            DEADLINE,
            () -> everSeen().size() >= due);
      }
      query.stop();
    }
    assertThat(everSeen()).isEqualTo(upTo(3 * MESSAGES));
  }

  /** Numbers seen in any run of any batch: these may be planned anew, with other limits. */
  private List<Long> everSeen() {
    return batches.values().stream()
        .flatMap(List::stream)
        .flatMap(List::stream)
        .distinct()
        .sorted()
        .toList();
  }

  @Test
  void stopsInEveryStateAndCanBeStartedAgain() throws Exception {
    // While the member connects to what never answers.
    try (ServerSocket silent = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
      Job job = new Job(folder, "tcp://127.0.0.1:" + silent.getLocalPort()).option("partitions", 1);
      StreamingQuery query = start(job.option("qos", 2).source(), this::keep);
      silent.accept();
      stop(query);
    }
    // Before anything has happened.
    stop(start(job().source(), this::keep));
    // While it is idle.
    StreamingQuery idle = start(job().source(), this::keep);
    Await.until("the connection", DEADLINE, broker::isConnected);
    stop(idle);
    // In the midst of a batch.
    broker.publish(MESSAGES);
    AtomicInteger begun = new AtomicInteger();
    StreamingQuery busy = start(job().source(), (rows, batch) -> neverEnd(begun));
    Await.until("a batch", DEADLINE, () -> begun.get() > 0);
    stop(busy);
    // While it waits for the last message of a run.
    StreamingQuery draining =
        job()
            .option("drainTimeout", "1h")
            .source()
            .writeStream()
            .foreachBatch((VoidFunction2<Dataset<Row>, Long>) this::keep)
            .option("checkpointLocation", folder.resolve("other").toString())
            .trigger(Trigger.AvailableNow())
            .start();
    Await.until("the connection", DEADLINE, broker::isConnected);
    stop(draining);
    // While the broker is away.
    StreamingQuery query = start(job().source(), this::keep);
    awaitProcessed(query, MESSAGES);
    broker.close();
    stop(query);
    assertThat(processed()).isEqualTo(upTo(MESSAGES));
  }

  @Tag(Full.TAG)
  @Test
  void stopsWhileTheStoreIsFullAndGoesOnAfterwards() throws Exception {
    broker.close();
    broker = new SessionBroker(2, 500, 1_000);
    int messages = 20_000;
    broker.publish(messages);
    AtomicInteger begun = new AtomicInteger();
    Job job = job().option("storeMaxBytes", "16m");
    StreamingQuery full = start(job.source(), (rows, batch) -> neverEnd(begun));
    Await.until("a member that is away", DEADLINE, () -> begun.get() > 0 && !broker.isConnected());
    assertThat(broker.done()).isLessThan(messages);
    stop(full);
    StreamingQuery query = start(job.source(), this::keep);
    awaitProcessed(query, messages);
    stop(query);
    assertThat(processed()).isEqualTo(upTo(messages));
    assertThat(broker.violations()).isEmpty();
  }

  @Test
  void storeThatIsRemovedFailsTheQueryAndNothingMoreIsAcknowledged() throws Exception {
    broker.publish(MESSAGES);
    StreamingQuery query = start(job().source(), this::keep);
    awaitProcessed(query, MESSAGES);
    broker.awaitDone(DEADLINE);
    Path stores = checkpoint().resolve("sources").resolve("0").resolve("stores");
    try (Stream<Path> files = Files.walk(stores)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
    broker.publish(MESSAGES);
    assertThat(Job.failure(query, DEADLINE))
        .hasStackTraceContaining("was removed while it was in use")
        .hasStackTraceContaining(stores.resolve("p0").toString());
    assertThat(broker.acknowledged().cardinality()).isEqualTo(MESSAGES);
    assertThat(processed()).isEqualTo(upTo(MESSAGES));
  }

  private static void stop(StreamingQuery query) throws Exception {
    long begun = System.nanoTime();
    query.stop();
    assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(30));
    assertThat(query.exception().isDefined()).as("%s", query.exception()).isFalse();
    assertThat(Thread.getAllStackTraces().keySet())
        .noneMatch(thread -> thread.getName().startsWith("mqtt-receiver-"));
  }
}
