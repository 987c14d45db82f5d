// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.benchmark.scale;

import io.github.mqttpartitioned.benchmark.Scenario;
import io.github.mqttpartitioned.benchmark.Setting;
import io.github.mqttpartitioned.benchmark.Setting.Choice;
import io.github.mqttpartitioned.benchmark.Setting.Count;
import io.github.mqttpartitioned.benchmark.Settings;
import io.github.mqttpartitioned.benchmark.read.Backlog;
import io.github.mqttpartitioned.benchmark.read.BacklogQuery;
import io.github.mqttpartitioned.benchmark.read.Query;
import io.github.mqttpartitioned.benchmark.report.Head;
import io.github.mqttpartitioned.benchmark.report.Measurements;
import io.github.mqttpartitioned.benchmark.report.Scratch;
import io.github.mqttpartitioned.benchmark.report.Versions;
import io.github.mqttpartitioned.benchmark.spark.LocalSpark;
import io.github.mqttpartitioned.benchmark.spark.TaskTime;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import org.apache.spark.sql.SparkSession;

/**
 * What a message costs as the backlog grows and as partitions grow, and what a query costs that has
 * nothing to do. What a partition takes of memory is measured first, before Spark is there.
 */
public final class ScaleScenario implements Scenario {

  private static final String MEMORY = "memory";
  private static final String BACKLOG = "backlog";
  private static final String PARTITIONS = "partitions";
  private static final String IDLE = "idle";
  private static final String MEMBERS = "members";
  private static final int PAYLOAD_BYTES = 100;
  private static final int TOPICS = 300;
  private static final int IDLE_PARTITIONS = 8;
  private static final long SMALLEST = 100_000;
  private static final long WARM_UP = 5_000_000;
  private static final double NANOS_PER_MILLI = 1e6;

  @Override
  public String name() {
    return "scale";
  }

  @Override
  public String summary() {
    return "cost per message as backlog and partitions grow, memory per partition, idle CPU";
  }

  @Override
  public List<Setting> settings() {
    return List.of(
        Setting.of(
            "figures",
            new Choice(List.of(MEMORY, BACKLOG, PARTITIONS, IDLE, MEMBERS)),
            String.join(",", MEMORY, BACKLOG, PARTITIONS, IDLE, MEMBERS),
            "what to measure"),
        new Setting(
            "largest",
            new Count(SMALLEST, 1_000_000_000),
            "10000000",
            "100000",
            "messages of the largest backlog; the smallest has 100,000, each ten times the last"),
        new Setting(
            "messages",
            new Count(1_000, 1_000_000_000),
            "2000000",
            "20000",
            "messages over all partitions, as partitions grow"),
        new Setting("partitions", new Count(1, 64), "64", "4", "most partitions: 1, 4, 16, 64"),
        Setting.ROUNDS,
        new Setting(
            "busy",
            new Count(100_000, 1_000_000_000),
            "20000000",
            "2000000",
            "messages to the partition whose memory is measured"),
        new Setting(
            "idle", new Count(1, 3_600), "20", "2", "seconds that the idle query is watched"),
        new Setting(
            "members", new Count(1, 10_000), "300", "10", "members of one query at one Mosquitto"),
        Scratch.SETTING);
  }

  @Override
  public boolean run(Settings settings, PrintStream out) throws Exception {
    Measurements measurements = new Measurements();
    try (Scratch scratch = Scratch.of(settings)) {
      Head.print(
          out,
          "Cost as backlog and partitions grow",
          "Spark " + Versions.spark(),
          String.format(
              Locale.ROOT,
              "%s; backlogs up to %,d messages, up to %d partitions over %,d, %d bytes, %d rounds,"
                  + " %d s idle, local[%d]",
              String.join(", ", settings.choice("figures")),
              settings.count("largest"),
              settings.count("partitions"),
              settings.count("messages"),
              PAYLOAD_BYTES,
              settings.count("rounds"),
              settings.count("idle"),
              LocalSpark.CORES),
          scratch.directory());
      List<String> figures = settings.choice("figures");
      if (figures.contains(MEMORY)) {
        PartitionMemory.measure(
            settings.smallCount("partitions"), settings.count("busy"), scratch, measurements);
      }
      SparkSession spark = LocalSpark.start(scratch.newDirectory());
      try {
        TaskTime taskTime = new TaskTime(spark.sparkContext());
        if (figures.contains(BACKLOG) || figures.contains(PARTITIONS)) {
          // What comes first would pay for what the JVM has to compile.
          long rows = settings.isCheck() ? SMALLEST : WARM_UP;
          cost("warm-up", 2, rows, spark, taskTime, settings, new Measurements());
        }
        if (figures.contains(BACKLOG)) {
          growBacklog(spark, taskTime, settings, measurements);
        }
        if (figures.contains(PARTITIONS)) {
          growPartitions(spark, taskTime, settings, measurements);
        }
        if (figures.contains(IDLE)) {
          idle(spark, settings, scratch, measurements);
        }
        if (figures.contains(MEMBERS)) {
          members(spark, settings, scratch, measurements);
        }
      } finally {
        spark.stop();
      }
      measurements.print(out);
      out.println("Every count was right.");
    }
    return true;
  }

  private static void growBacklog(
      SparkSession spark, TaskTime taskTime, Settings settings, Measurements measurements)
      throws Exception {
    for (long rows = SMALLEST; rows <= settings.count("largest"); rows *= 10) {
      String row = String.format(Locale.ROOT, "scale, backlog of %,d", rows);
      cost(row, 2, rows, spark, taskTime, settings, measurements);
    }
  }

  private static void growPartitions(
      SparkSession spark, TaskTime taskTime, Settings settings, Measurements measurements)
      throws Exception {
    for (int n = 1; n <= settings.smallCount("partitions"); n *= 4) {
      String row = "scale, " + n + " partitions";
      cost(row, n, settings.count("messages"), spark, taskTime, settings, measurements);
    }
  }

  private static void idle(
      SparkSession spark, Settings settings, Scratch scratch, Measurements measurements)
      throws Exception {
    long seconds = settings.count("idle");
    for (int round = settings.isCheck() ? 1 : 0; round <= settings.count("rounds"); round++) {
      double connector = IdleCpu.ofConnector(spark, IDLE_PARTITIONS, seconds, scratch);
      double socket = IdleCpu.ofSocket(spark, seconds, scratch);
      if (round > 0) {
        measurements.add(
            "scale, CPU of an idle query with " + IDLE_PARTITIONS + " partitions",
            "% of a core",
            connector);
        measurements.add(
            "scale, CPU of an idle query of Spark's socket source", "% of a core", socket);
      }
    }
  }

  private static void members(
      SparkSession spark, Settings settings, Scratch scratch, Measurements measurements)
      throws Exception {
    int members = settings.smallCount("members");
    ManyMembers.measure(spark, 1, scratch, new Measurements());
    for (int round = 0; round < settings.count("rounds"); round++) {
      ManyMembers.measure(spark, members, scratch, measurements);
    }
  }

  /**
   * What storing and reading a message costs, beside what a batch costs however many messages it
   * has.
   */
  private static void cost(
      String row,
      int partitions,
      long rows,
      SparkSession spark,
      TaskTime taskTime,
      Settings settings,
      Measurements measurements)
      throws Exception {
    Backlog small = new Backlog(partitions, 1, PAYLOAD_BYTES, TOPICS);
    Backlog backlog = new Backlog(partitions, rows / partitions, PAYLOAD_BYTES, TOPICS);
    try (Scratch scratch = Scratch.of(settings);
        BacklogQuery batch = BacklogQuery.prepare(spark, small, scratch);
        BacklogQuery query = BacklogQuery.prepare(spark, backlog, scratch)) {
      measurements.add(row + ", store", "ns", (double) query.fillNanos() / backlog.rows());
      for (int round = 0; round <= settings.count("rounds"); round++) {
        long fixed = cpuNanos(batch, taskTime);
        long whole = cpuNanos(query, taskTime);
        if (round > 0) {
          measurements.add(row + ", a batch's tasks", "ms", fixed / NANOS_PER_MILLI);
          measurements.add(
              row + ", read every column",
              "ns",
              (double) (whole - fixed) / (backlog.rows() - small.rows()));
        }
      }
    }
  }

  private static long cpuNanos(BacklogQuery query, TaskTime taskTime) throws Exception {
    taskTime.take();
    query.run(Query.EVERY_COLUMN);
    return taskTime.take().cpuNanos();
  }
}
