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
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;

/**
 * How many rows of a stored backlog a query gets in a second: by the clock, which is the whole
 * micro-batch with Spark's planning and its state store, and per core, which is the CPU time of the
 * tasks that read. The first rounds warm up and do not count.
 */
public final class ReadScenario implements Scenario {

  private static final String CONNECTOR = "connector";
  private static final String KAFKA = "kafka";
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
        + "] reads a stored backlog, beside the same rows in Kafka and a plain scan of the stores";
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
        new Setting("rounds", new Count(1, 1_000), "5", "1", "rounds that count"),
        Setting.of("partitions", new Count(1, 64), "2", "partitions of the backlog"),
        Setting.of("payload", new Count(32, 1_000_000), "100", "bytes of each payload"),
        Setting.of("topics", new Count(1, 10_000), "300", "topics that the messages spread over"),
        Setting.of(
            "sides",
            new Choice(List.of(CONNECTOR, KAFKA, SCAN)),
            String.join(",", CONNECTOR, KAFKA, SCAN),
            "sides to compare"),
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
    int partitions = settings.smallCount("partitions");
    Backlog backlog =
        new Backlog(
            partitions,
            settings.count("messages") / partitions,
            settings.smallCount("payload"),
            settings.smallCount("topics"));
    List<String> sides = settings.choice("sides");
    List<String> names = settings.choice("queries");
    List<Query> queries = Query.ALL.stream().filter(query -> names.contains(query.name())).toList();
    try (Scratch scratch = Scratch.of(settings)) {
      Head.print(
          out,
          "A stored backlog, read by Spark",
          "Spark and its Kafka source " + Versions.spark(),
          String.format(
              Locale.ROOT,
              "%,d messages in %d partitions, %,d bytes of payload, %,d topics, %d rounds; one"
                  + " micro-batch each, local[%d]",
              backlog.rows(),
              partitions,
              backlog.payloadBytes(),
              settings.count("topics"),
              settings.count("rounds"),
              LocalSpark.CORES),
          scratch.directory());
      SparkSession spark = LocalSpark.start(scratch.newDirectory());
      Heap heap = new Heap();
      heap.reset();
      Measurements measurements = new Measurements();
      try (BacklogQuery query = BacklogQuery.prepare(spark, backlog, scratch);
          @Nullable KafkaBacklog kafka =
              sides.contains(KAFKA) ? KafkaBacklog.start(backlog, scratch.newDirectory()) : null) {
        TaskTime taskTime = new TaskTime(spark.sparkContext());
        int warmUps = settings.isCheck() ? 0 : WARM_UPS;
        for (int round = 1 - warmUps; round <= settings.count("rounds"); round++) {
          for (Query each : queries) {
            if (sides.contains(CONNECTOR)) {
              taskTime.takeCpuNanos();
              long millis = query.run(each);
              note(round, CONNECTOR, each, backlog, millis, taskTime, measurements, out);
            }
            if (kafka != null) {
              taskTime.takeCpuNanos();
              long millis = query.run(each, kafka);
              note(round, KAFKA, each, backlog, millis, taskTime, measurements, out);
            }
          }
          double scanned =
              sides.contains(SCAN) ? backlog.rows() * NANOS_PER_SECOND / query.scan() : 0;
          if (round > 0 && scanned > 0) {
            measurements.add("read, plain scan on one core", "rows/s", scanned);
          }
        }
      } finally {
        spark.stop();
      }
      measurements.add("read, peak heap", "MiB", (double) heap.peakMebibytes());
      measurements.print(out);
      out.println("Every count was right.");
    }
    return true;
  }

  private static void note(
      int round,
      String side,
      Query query,
      Backlog backlog,
      long millis,
      TaskTime taskTime,
      Measurements measurements,
      PrintStream out)
      throws Exception {
    double byClock = backlog.rows() * MILLIS_PER_SECOND / Math.max(1, millis);
    double perCore = backlog.rows() * NANOS_PER_SECOND / Math.max(1, taskTime.takeCpuNanos());
    out.printf(
        Locale.ROOT,
        "%s, %-9s %-20s %,14.0f rows/s, %,14.0f rows/s per core%n",
        round <= 0 ? "warm-up" : "round " + round,
        side,
        query.title(),
        byClock,
        perCore);
    if (round > 0) {
      String row = "read, " + query.title() + ", " + side;
      measurements.add(row + ", per core", "rows/s", perCore);
      measurements.add(row + ", by the clock", "rows/s", byClock);
      measurements.add(
          row + ", payloads by the clock", "MiB/s", byClock * backlog.payloadBytes() / MEBIBYTE);
    }
  }
}
