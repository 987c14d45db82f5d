// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.endtoend;

import static org.apache.spark.sql.functions.expr;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.testkit.Await;
import io.github.mqttpartitioned.testkit.BrokerOptions;
import io.github.mqttpartitioned.testkit.ChildJvm;
import io.github.mqttpartitioned.testkit.Soak;
import io.github.mqttpartitioned.testkit.Spark;
import io.github.mqttpartitioned.testkit.TestBroker;
import io.github.mqttpartitioned.testkit.TestBrokers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import java.util.function.ToLongFunction;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.streaming.StreamingQuery;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A batch read each few seconds beside a query that stores, processes and trims all the time: it is
 * right, and the store uses its pages again. Turns with reads and without show whether the query is
 * held up.
 */
@Tag(Soak.TAG)
class BatchReadSoakTest {

  private static final int PARTITIONS = 2;
  private static final int PER_SECOND = 10_000;
  private static final String RETENTION = "10s";
  private static final Duration BETWEEN_READS = Duration.ofSeconds(2);

  /** With reads, and as many without. */
  private static final int TURNS = 10;

  private static final Duration LIMIT = Duration.ofMinutes(5);

  /** Number of a message, from its payload; see {@code NumberedMessages}. */
  private static final String NUMBER =
      "cast(conv(hex(substring(payload, 1, 8)), 16, 10) as bigint)";

  private static final String TOPIC_OF_THE_NUMBER =
      "concat('test/', shiftright(number, 48), '/', (number & 281474976710655) % 200)";

  @TempDir Path folder;
  private final FailedTasks failures = new FailedTasks();
  private TestBroker broker;
  private Job job;

  /** By partition, of the read before. */
  private final long[] earliest = new long[PARTITIONS];

  private final long[] next = new long[PARTITIONS];

  @BeforeEach
  void startBroker() {
    broker = TestBrokers.start(BrokerOptions.DEFAULTS.maxQueued(0));
    job =
        new Job(folder, broker.url())
            .option("partitions", PARTITIONS)
            .option("retention", RETENTION);
  }

  @BeforeEach
  void countFailedTasks() {
    Spark.session().sparkContext().addSparkListener(failures);
  }

  @AfterEach
  void stopBroker() {
    Spark.session().sparkContext().removeSparkListener(failures);
    broker.close();
  }

  /** An application with {@code local[2]} gets no second attempt of a task. */
  private static final class FailedTasks extends SparkListener {
    private final List<String> failed = new CopyOnWriteArrayList<>();

    @Override
    public void onTaskEnd(SparkListenerTaskEnd end) {
      if (!end.taskInfo().successful()) {
        failed.add(end.reason().toString());
      }
    }
  }

  @Test
  void isRightBesideAQueryOfThisApplication() throws Exception {
    StreamingQuery query = job.startConnected();
    readAgainAndAgain(
        () -> {
          assertThat(query.exception().isDefined()).as("failed: %s", query.exception()).isFalse();
          return Arrived.processed(query);
        });
    query.stop();
  }

  @Test
  void isRightBesideAQueryOfAnotherProcess() throws Exception {
    try (ChildJvm query =
        ChildJvm.of(
                QueryProcess.class,
                folder.toString(),
                broker.url(),
                String.valueOf(PARTITIONS),
                "1")
            .property("test.retention", RETENTION)
            .heapMiB(1_024)
            .start()) {
      query.awaitLine("processed", LIMIT);
      readAgainAndAgain(
          () -> {
            assertThat(query.isAlive()).as(query::describe).isTrue();
            return query.lines().stream()
                .filter(line -> line.startsWith("processed "))
                .mapToLong(line -> Long.parseLong(line.substring("processed ".length())))
                .max()
                .orElse(0);
          });
    }
  }

  private void readAgainAndAgain(LongSupplier processed) throws Exception {
    Duration life = Soak.duration(Duration.ofMinutes(10));
    long messages = PER_SECOND * life.toSeconds();
    List<Path> files = storeFiles();
    List<Sample> samples = new ArrayList<>();
    List<Long> alone = new ArrayList<>();
    List<Long> besideReads = new ArrayList<>();
    Duration turn = life.dividedBy(2 * TURNS);
    try (Load load = Load.start(broker.url(), 2, messages, 1, PER_SECOND)) {
      while (!load.isDone()) {
        alone.add(perSecond(processed, turn, () -> {}));
        besideReads.add(perSecond(processed, turn, () -> samples.add(sample(processed, files))));
      }
      load.await();
    }
    Await.until(
        "all messages in a read",
        LIMIT,
        () -> processed.getAsLong() == messages && read().stored() == messages);
    // No limit for the speed: it is the machine's, which others may use at the same time.
    System.out.printf(
        "%d reads of %,d rows in %d ms; the query has processed %,d messages/s beside them and"
            + " %,d/s in the turns between; store %,d KiB in the middle, %,d KiB at the end"
            + " (medians)%n",
        samples.size(),
        median(samples, Sample::rows, 0.2, 1),
        median(samples, Sample::millis, 0.2, 1),
        median(besideReads, Long::longValue, 0, 1),
        median(alone, Long::longValue, 0, 1),
        median(samples, Sample::fileKiB, 0.4, 0.6),
        median(samples, Sample::fileKiB, 0.8, 1));
    assertThat(samples).hasSizeGreaterThan(TURNS);
    assertThat(failures.failed).as("tasks that failed").isEmpty();
    assertThat(median(samples, Sample::fileKiB, 0.8, 1))
        .as("KiB of the files")
        .isLessThan(median(samples, Sample::fileKiB, 0.4, 0.6) * 11 / 10 + (8 << 10));
  }

  private interface Task {
    void run() throws IOException;
  }

  /** Messages processed in a second of a turn, in which something is done again and again. */
  private static long perSecond(LongSupplier processed, Duration turn, Task again)
      throws IOException {
    long before = processed.getAsLong();
    long begun = System.nanoTime();
    long passed;
    do {
      again.run();
      LockSupport.parkNanos(BETWEEN_READS.toNanos());
      passed = System.nanoTime() - begun;
    } while (passed < turn.toNanos());
    return Math.round((processed.getAsLong() - before) * 1e9 / passed);
  }

  /** One read, and what the query and its stores were like. */
  private record Sample(long rows, long millis, long fileKiB) {}

  private Sample sample(LongSupplier processed, List<Path> files) throws IOException {
    long before = processed.getAsLong();
    long start = System.nanoTime();
    Found found = read();
    long end = System.nanoTime();
    assertThat(found.stored())
        .as("stored, as processed is %d", before)
        .isGreaterThanOrEqualTo(before);
    long bytes = 0;
    for (Path file : files) {
      bytes += Files.size(file);
    }
    return new Sample(found.rows(), Duration.ofNanos(end - start).toMillis(), bytes >> 10);
  }

  /**
   * What a read has found.
   *
   * @param stored messages stored since the beginning, by their offsets
   */
  private record Found(long stored, long rows) {}

  /** Reads all, and fails unless each row is right and none is missing or there twice. */
  private Found read() {
    List<Row> partitions =
        Spark.session()
            .read()
            .format("mqtt-partitioned")
            .option("sourceCheckpoint", job.checkpoint().toString())
            .load()
            .selectExpr("partition", "offset", "topic", NUMBER + " as number")
            .groupBy("partition")
            .agg(
                expr("min(offset)").as("earliest"),
                expr("max(offset) + 1").as("next"),
                expr("count(*)").as("rows"),
                expr("count(distinct number)").as("numbers"),
                expr("count_if(topic <> " + TOPIC_OF_THE_NUMBER + ")").as("wrong"))
            .collectAsList();
    long rows = 0;
    for (Row found : partitions) {
      int partition = found.<Integer>getAs("partition");
      long count = found.<Long>getAs("rows");
      assertThat(found.<Long>getAs("earliest")).isGreaterThanOrEqualTo(earliest[partition]);
      assertThat(found.<Long>getAs("next")).isGreaterThanOrEqualTo(next[partition]);
      earliest[partition] = found.<Long>getAs("earliest");
      next[partition] = found.<Long>getAs("next");
      assertThat(count).as("%s is dense", found).isEqualTo(next[partition] - earliest[partition]);
      assertThat(found.<Long>getAs("numbers")).as("%s once", found).isEqualTo(count);
      assertThat(found.<Long>getAs("wrong")).as("%s right", found).isZero();
      rows += count;
    }
    return new Found(LongStream.of(next).sum(), rows);
  }

  private List<Path> storeFiles() throws IOException {
    try (Stream<Path> files = Files.walk(job.checkpoint())) {
      List<Path> found = files.filter(file -> file.endsWith("data.mdb")).toList();
      assertThat(found).hasSize(PARTITIONS);
      return found;
    }
  }

  /** The median over a part of the time. */
  private static <T> long median(
      List<T> figures, ToLongFunction<T> value, double from, double until) {
    long[] values =
        figures.subList((int) (from * figures.size()), (int) (until * figures.size())).stream()
            .mapToLong(value)
            .sorted()
            .toArray();
    return values[values.length / 2];
  }
}
