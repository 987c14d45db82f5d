// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.benchmark.read;

import io.github.mqttpartitioned.benchmark.Scenario;
import io.github.mqttpartitioned.benchmark.Setting;
import io.github.mqttpartitioned.benchmark.Setting.Choice;
import io.github.mqttpartitioned.benchmark.Setting.Count;
import io.github.mqttpartitioned.benchmark.Setting.Text;
import io.github.mqttpartitioned.benchmark.Settings;
import io.github.mqttpartitioned.benchmark.report.Head;
import io.github.mqttpartitioned.benchmark.report.Measurements;
import io.github.mqttpartitioned.benchmark.report.Scratch;
import io.github.mqttpartitioned.benchmark.report.Versions;
import io.github.mqttpartitioned.benchmark.spark.LocalSpark;
import io.github.mqttpartitioned.testkit.ChildJvm;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;

/**
 * How long the first query of a JVM takes: from the definition of the query until it has ended,
 * with a Spark that has just started. Each measurement has a JVM of its own. Stores and Kafka's log
 * lie in the page cache; Kafka's broker is in this JVM. The first round does not count.
 */
public final class ColdScenario implements Scenario {

  static final String KAFKA = "kafka";
  static final String NOTHING = "nothing";
  static final String BATCH = "batch";

  private static final String CONNECTOR = "connector";
  private static final Duration LIMIT = Duration.ofMinutes(5);
  private static final double MILLIS_PER_SECOND = 1e3;

  @Override
  public String name() {
    return "cold";
  }

  @Override
  public String summary() {
    return "The first query of a JVM, over a stored backlog, beside the same rows in Kafka and a"
        + " source that does nothing";
  }

  @Override
  public List<Setting> settings() {
    return List.of(
        new Setting(
            "messages",
            new Count(1_000, 1_000_000_000),
            "5000000",
            "200000",
            "messages of the backlog"),
        Setting.ROUNDS,
        Setting.of("partitions", new Count(1, 64), "4", "partitions of the backlog"),
        Backlog.PAYLOAD,
        Setting.TOPICS,
        Setting.of(
            "sides",
            new Choice(List.of(CONNECTOR, BATCH, KAFKA, NOTHING)),
            String.join(",", CONNECTOR, BATCH, KAFKA, NOTHING),
            "sides to compare: connector is the stream, batch a batch read of its checkpoint,"
                + " nothing a source whose rows are constants"),
        Setting.of(
            "queries",
            new Choice(Query.WITHOUT_CONTENT),
            "offset,all",
            "queries to run, as of the scenario read"),
        Setting.of(
            "jvm", new Text("options, separated by spaces"), "-Xmx3g", "options of each JVM"),
        Scratch.SETTING);
  }

  @Override
  public boolean run(Settings settings, PrintStream out) throws Exception {
    Backlog backlog =
        new Backlog(
            settings.smallCount("partitions"),
            settings.count("messages") / settings.count("partitions"),
            settings.smallCount("payload"),
            settings.smallCount("topics"));
    Measurements measurements = new Measurements();
    try (Scratch scratch = Scratch.of(settings)) {
      Head.print(
          out,
          "The first query of a JVM",
          "Spark and its Kafka source " + Versions.spark(),
          String.format(
              Locale.ROOT,
              "%,d messages in %d partitions, %,d bytes of payload, %d rounds; a JVM for each"
                  + " measurement, %s, Spark local[%d] started before; sides %s",
              backlog.rows(),
              backlog.partitions(),
              backlog.payloadBytes(),
              settings.count("rounds"),
              settings.text("jvm"),
              LocalSpark.CORES,
              settings.text("sides")),
          scratch.directory());
      try (BacklogQuery query = prepared(backlog, scratch);
          @Nullable KafkaBacklog kafka =
              settings.choice("sides").contains(KAFKA)
                  ? KafkaBacklog.start(backlog, scratch.newDirectory())
                  : null) {
        String bootstrap = kafka == null ? "" : kafka.bootstrap();
        new Reading(backlog, query.place(), bootstrap, scratch, measurements, out).run(settings);
      }
      measurements.print(out);
      out.println("Every count was right.");
    }
    return true;
  }

  /** Spark is needed only to have the stores made, and would take of the cores. */
  private static BacklogQuery prepared(Backlog backlog, Scratch scratch) throws Exception {
    try (SparkSession spark = LocalSpark.start(scratch.newDirectory())) {
      return BacklogQuery.prepare(spark, backlog, scratch);
    }
  }

  /** The rounds over the backlog. */
  private record Reading(
      Backlog backlog,
      BacklogQuery.Place place,
      String kafka,
      Scratch scratch,
      Measurements measurements,
      PrintStream out) {

    void run(Settings settings) {
      List<String> sides = new ArrayList<>(settings.choice("sides"));
      for (int round = settings.isCheck() ? 1 : 0; round <= settings.count("rounds"); round++) {
        // Nobody is always the first.
        Collections.reverse(sides);
        for (String name : settings.choice("queries")) {
          Query query = Query.named(name);
          for (String side : sides) {
            String[] arguments =
                ColdRead.arguments(side, query, backlog, place, kafka, scratch.directory());
            note(round, side, query, cold(settings.text("jvm"), arguments));
          }
        }
      }
    }

    private void note(int round, String side, Query query, Matcher taken) {
      double millis = Double.parseDouble(taken.group(1));
      double cpuMillis = Double.parseDouble(taken.group(2));
      out.printf(
          Locale.ROOT,
          "%s, %-9s %-14s %,8.0f ms, %,8.0f ms of CPU%n",
          round == 0 ? "warm-up" : "round " + round,
          side,
          query.title(),
          millis,
          cpuMillis);
      if (round > 0) {
        String row = "cold, %s, %s".formatted(query.title(), side);
        measurements.add(row, "rows/s", backlog.rows() * MILLIS_PER_SECOND / millis);
        measurements.add(row, "ms", millis);
        measurements.add(row + ", CPU time", "ms", cpuMillis);
      }
    }
  }

  private static Matcher cold(String options, String[] arguments) {
    ChildJvm.Builder builder =
        ChildJvm.of(ColdRead.class, arguments)
            .option("-XX:-UseSerialGC")
            .option("-XX:+UseG1GC")
            .option("-XX:TieredStopAtLevel=4");
    for (String option : options.split(" +", -1)) {
      builder.option(option);
    }
    try (ChildJvm child = builder.start()) {
      Matcher taken = child.awaitLine(ColdRead.ANSWER, LIMIT);
      child.awaitExit(LIMIT);
      return taken;
    }
  }
}
