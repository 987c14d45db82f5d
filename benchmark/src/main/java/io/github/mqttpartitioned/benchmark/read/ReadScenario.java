// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.benchmark.read;

import io.github.mqttpartitioned.benchmark.Scenario;
import io.github.mqttpartitioned.benchmark.Setting;
import io.github.mqttpartitioned.benchmark.Setting.Choice;
import io.github.mqttpartitioned.benchmark.Setting.Count;
import io.github.mqttpartitioned.benchmark.Settings;
import io.github.mqttpartitioned.benchmark.report.Head;
import io.github.mqttpartitioned.benchmark.report.Measurements;
import io.github.mqttpartitioned.benchmark.report.Scratch;
import io.github.mqttpartitioned.benchmark.report.Versions;
import io.github.mqttpartitioned.benchmark.spark.LocalSpark;
import io.github.mqttpartitioned.benchmark.spark.TaskTime;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Collectors;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;

/**
 * How many rows of a stored backlog a query gets in a second: by the clock, which is the whole
 * micro-batch with Spark's planning, its logs and its state store, and per core, which is the CPU
 * time of the tasks that read, without collector and compiler. The first rounds warm up and do not
 * count.
 */
public final class ReadScenario implements Scenario {

  private static final String CONNECTOR = "connector";
  private static final String BATCH = "batch";
  private static final String KAFKA = "kafka";
  private static final String NOTHING = "nothing";
  private static final String SCAN = "scan";
  private static final double MILLIS_PER_SECOND = 1e3;
  private static final double NANOS_PER_SECOND = 1e9;
  private static final double MEBIBYTE = 1 << 20;

  /** Rounds in which the JVM still compiles. */
  private static final int WARM_UPS = 3;

  private static final List<String> QUERIES = Query.ALL.stream().map(Query::name).toList();

  @Override
  public String name() {
    return "read";
  }

  @Override
  public String summary() {
    return "Spark local["
        + LocalSpark.CORES
        + "] reads a stored backlog as a stream and in a batch, beside the same rows in Kafka and"
        + " plain scans of the stores";
  }

  @Override
  public List<Setting> settings() {
    return List.of(
        new Setting(
            "messages",
            new Count(1_000, 1_000_000_000),
            "10000000",
            "200000",
            "messages of the backlog"),
        Setting.ROUNDS,
        new Setting(
            "partitions",
            new Choice(List.of("1", "2", "4", "8", "16", "32", "64")),
            "1,2,4,8",
            "2",
            "partitions of the backlog"),
        Backlog.PAYLOAD,
        Setting.TOPICS,
        Setting.of(
            "sides",
            new Choice(List.of(CONNECTOR, BATCH, KAFKA, NOTHING, SCAN)),
            String.join(",", CONNECTOR, BATCH, KAFKA, NOTHING, SCAN),
            "sides to compare: connector is the stream, batch a batch read of its checkpoint, nothing a"
                + " source whose rows are constants"),
        Setting.of(
            "queries",
            new Choice(QUERIES),
            String.join(",", QUERIES),
            "queries to run: " + titles()),
        Scratch.SETTING);
  }

  private static String titles() {
    return Query.ALL.stream()
        .map(query -> query.name() + " is " + query.title())
        .collect(Collectors.joining(", "));
  }

  @Override
  public boolean run(Settings settings, PrintStream out) throws Exception {
    List<String> sides = settings.choice("sides");
    try (Scratch scratch = Scratch.of(settings)) {
      Head.print(
          out,
          "A stored backlog, read by Spark",
          "Spark and its Kafka source " + Versions.spark(),
          String.format(
              Locale.ROOT,
              "%,d messages in %s partitions, %,d bytes of payload, %,d topics, %d rounds; one"
                  + " micro-batch or batch each, local[%d]; stores and Kafka's log in the page cache; sides"
                  + " %s; Kafka's broker in this JVM, its consumers as Spark sets them",
              settings.count("messages"),
              String.join(", ", settings.choice("partitions")),
              settings.count("payload"),
              settings.count("topics"),
              settings.count("rounds"),
              LocalSpark.CORES,
              String.join(", ", sides)),
          scratch.directory());
      SparkSession spark = LocalSpark.start(scratch.newDirectory());
      Heap heap = new Heap();
      heap.reset();
      Measurements measurements = new Measurements();
      try {
        TaskTime taskTime = new TaskTime(spark.sparkContext());
        for (String partitions : settings.choice("partitions")) {
          Backlog backlog = backlog(settings, Integer.parseInt(partitions));
          try (Scratch own = Scratch.of(settings);
              BacklogQuery query = BacklogQuery.prepare(spark, backlog, own);
              @Nullable KafkaBacklog kafka =
                  sides.contains(KAFKA) ? KafkaBacklog.start(backlog, own.newDirectory()) : null) {
            new Reading(backlog, query, kafka, taskTime, measurements, out).run(settings);
          }
        }
      } finally {
        spark.stop();
      }
      measurements.add("read, peak heap of all sides", "MiB", (double) heap.peakMebibytes());
      measurements.print(out);
      out.println("Every count was right.");
    }
    return true;
  }

  private static Backlog backlog(Settings settings, int partitions) {
    return new Backlog(
        partitions,
        settings.count("messages") / partitions,
        settings.smallCount("payload"),
        settings.smallCount("topics"));
  }

  /** The rounds over one backlog. */
  private record Reading(
      Backlog backlog,
      BacklogQuery query,
      @Nullable KafkaBacklog kafka,
      TaskTime taskTime,
      Measurements measurements,
      PrintStream out) {

    void run(Settings settings) throws Exception {
      List<String> sides = new ArrayList<>(settings.choice("sides"));
      List<String> names = settings.choice("queries");
      int warmUps = settings.isCheck() ? 0 : WARM_UPS;
      for (int round = 1 - warmUps; round <= settings.count("rounds"); round++) {
        // Nobody is always the first.
        Collections.reverse(sides);
        for (String side : sides) {
          if (side.equals(SCAN)) {
            scan(round);
          }
        }
        for (Query each : Query.ALL) {
          for (String side : sides) {
            if (names.contains(each.name()) && answers(side, each)) {
              taskTime.take();
              long millis = run(side, each);
              note(round, side, each, millis, taskTime.take());
            }
          }
        }
      }
    }

    private long run(String side, Query each) throws Exception {
      return switch (side) {
        case KAFKA -> query.runKafka(each, Objects.requireNonNull(kafka).bootstrap());
        case NOTHING -> query.runNothing(each);
        case BATCH -> query.runBatch(each);
        default -> query.run(each);
      };
    }

    /**
     * Kafka's source has no options of this one, its topics have no levels, and a scan answers no
     * query.
     */
    private static boolean answers(String side, Query query) {
      return switch (side) {
        case CONNECTOR, BATCH -> true;
        case KAFKA -> query.options().isEmpty() && !query.name().equals(Query.SPLIT);
        case NOTHING -> Query.WITHOUT_CONTENT.contains(query.name());
        default -> false;
      };
    }

    private void scan(int round) throws IOException {
      for (Scan each : Scan.values()) {
        double rate = backlog.rows() * NANOS_PER_SECOND / query.scan(each);
        if (round > 0) {
          String row = row(each.title() + ", one thread without Spark");
          measurements.add(row, "rows/s", rate);
          measurements.add(row, "MiB/s", rate * backlog.payloadBytes() / MEBIBYTE);
        }
      }
    }

    private void note(int round, String side, Query each, long millis, TaskTime.Taken taken) {
      if (taken.rows() != backlog.rows()) {
        throw new IllegalStateException(
            "%s, %s: tasks read %,d rows of %,d"
                .formatted(each.title(), side, taken.rows(), backlog.rows()));
      }
      double byClock = backlog.rows() * MILLIS_PER_SECOND / Math.max(1, millis);
      double perCore = backlog.rows() * NANOS_PER_SECOND / Math.max(1, taken.cpuNanos());
      out.printf(
          Locale.ROOT,
          "%d partitions, %s, %-9s %-20s %,14.0f rows/s, %,14.0f rows/s per core%n",
          backlog.partitions(),
          round <= 0 ? "warm-up" : "round " + round,
          side,
          each.title(),
          byClock,
          perCore);
      if (round > 0) {
        String row = row(each.title() + ", " + side);
        measurements.add(row + ", per core", "rows/s", perCore);
        measurements.add(row + ", by the clock", "rows/s", byClock);
        measurements.add(
            row + ", by the clock", "MiB/s", byClock * backlog.payloadBytes() / MEBIBYTE);
      }
    }

    private String row(String what) {
      return "read, " + backlog.partitions() + " partitions, " + what;
    }
  }
}
