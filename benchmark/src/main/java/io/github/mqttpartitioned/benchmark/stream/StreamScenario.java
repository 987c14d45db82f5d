// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.benchmark.stream;

import io.github.mqttpartitioned.benchmark.Scenario;
import io.github.mqttpartitioned.benchmark.Setting;
import io.github.mqttpartitioned.benchmark.Setting.Choice;
import io.github.mqttpartitioned.benchmark.Setting.Count;
import io.github.mqttpartitioned.benchmark.Settings;
import io.github.mqttpartitioned.benchmark.ingest.CommittingTaker;
import io.github.mqttpartitioned.benchmark.ingest.Load;
import io.github.mqttpartitioned.benchmark.report.Head;
import io.github.mqttpartitioned.benchmark.report.Measurements;
import io.github.mqttpartitioned.benchmark.report.ProcessCpu;
import io.github.mqttpartitioned.benchmark.report.Scratch;
import io.github.mqttpartitioned.benchmark.report.Versions;
import io.github.mqttpartitioned.benchmark.spark.LocalSpark;
import io.github.mqttpartitioned.benchmark.spark.RunningQuery;
import io.github.mqttpartitioned.testkit.Await;
import io.github.mqttpartitioned.testkit.Firehose;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Metrics;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.streaming.Trigger;

/**
 * Measures how many messages per second a query takes through its stores to a sink. The broker
 * sends as fast as the members take. Beside it are bare readers that commit what they read. Sender,
 * members and Spark share the machine's cores.
 */
public final class StreamScenario implements Scenario {

  private static final String CONNECTOR = "connector";
  private static final String BARE = "bare";
  private static final int QOS = 1;
  private static final int WINDOW = 65_535;

  /** The JVM compiles Spark's driver for that long: later rounds are alike. */
  private static final int WARM_UPS = 4;

  private static final Duration LIMIT = Duration.ofMinutes(10);
  private static final double NANOS_PER_SECOND = 1e9;

  @Override
  public String name() {
    return "stream";
  }

  @Override
  public String summary() {
    return "members take messages from a scripted broker while Spark reads them,"
        + " beside bare readers that commit what they read";
  }

  @Override
  public List<Setting> settings() {
    return List.of(
        new Setting(
            "messages",
            new Count(1_000, 1_000_000_000),
            "20000000",
            "100000",
            "messages per round, over all members"),
        Setting.ROUNDS,
        Setting.MEMBERS,
        Setting.of(
            "sides",
            new Choice(List.of(CONNECTOR, BARE)),
            CONNECTOR + "," + BARE,
            "sides to compare"),
        Setting.of(
            "trigger", new Count(0, 60_000), "0", "milliseconds from micro-batch to micro-batch"),
        Setting.PAYLOAD,
        Setting.TOPICS,
        Scratch.SETTING);
  }

  @Override
  public boolean run(Settings settings, PrintStream out) throws Exception {
    Measurements measurements = new Measurements();
    try (Scratch scratch = Scratch.of(settings)) {
      Head.print(
          out,
          "From a scripted broker through stores to a sink",
          "Spark " + Versions.spark(),
          String.format(
              Locale.ROOT,
              "%,d messages of %,d bytes at QoS %d, %,d topics, %,d in flight to each member,"
                  + " %d rounds, local[%d], a micro-batch every %d ms, every column to noop",
              settings.count("messages"),
              settings.count("payload"),
              QOS,
              settings.count("topics"),
              WINDOW,
              settings.count("rounds"),
              LocalSpark.CORES,
              settings.count("trigger")),
          scratch.directory());
      SparkSession spark = LocalSpark.start(scratch.newDirectory());
      try {
        int warmUps = settings.isCheck() ? 0 : WARM_UPS;
        for (int round = 1 - warmUps; round <= settings.count("rounds"); round++) {
          Measurements kept = round > 0 ? measurements : new Measurements();
          List<String> sides = new ArrayList<>(settings.choice("sides"));
          if (round % 2 == 0) {
            // Nobody is always the first.
            Collections.reverse(sides);
          }
          for (String members : settings.choice("members")) {
            out.printf("%s, members %s:", round > 0 ? "round " + round : "warm-up", members);
            for (String side : sides) {
              measure(side, Integer.parseInt(members), spark, settings, scratch, kept, out);
            }
            out.println();
          }
        }
      } finally {
        spark.stop();
      }
      measurements.print(out);
      out.println("Every count was right.");
    }
    return true;
  }

  private static void measure(
      String side,
      int members,
      SparkSession spark,
      Settings settings,
      Scratch scratch,
      Measurements measurements,
      PrintStream out)
      throws Exception {
    Rates rates =
        side.equals(BARE)
            ? bare(members, settings, scratch)
            : connector(spark, members, settings, scratch);
    out.printf(Locale.ROOT, " %s %,.0f messages/s", side, rates.taken());
    String row = "stream, %d members, %s".formatted(members, side);
    measurements.add(row, "messages/s", rates.taken());
    if (side.equals(CONNECTOR)) {
      measurements.add(row + ", acknowledged", "messages/s", rates.acknowledged());
    }
    measurements.add(row + ", CPU of a message", "ns", rates.cpuNanos());
    measurements.add(row + ", a commit", "messages", rates.commit());
  }

  /**
   * What one round has measured.
   *
   * @param taken messages per second until the last one is through: acknowledged, and with Spark at
   *     the sink
   * @param acknowledged messages per second until the last one is acknowledged
   * @param cpuNanos CPU time that a message takes of the whole JVM, with the sender and the
   *     compiler
   * @param commit messages of a write transaction, on average
   */
  private record Rates(double taken, double acknowledged, double cpuNanos, double commit) {}

  /** Write transactions of the members that there are now. */
  private static long commits(MeterRegistry meters) {
    return meters.find("mqtt.source.append").timers().stream().mapToLong(Timer::count).sum();
  }

  private static Rates connector(
      SparkSession spark, int members, Settings settings, Scratch scratch) throws Exception {
    Path directory = scratch.newDirectory();
    long each = settings.count("messages") / members;
    MeterRegistry meters = new SimpleMeterRegistry();
    Metrics.addRegistry(meters);
    try (Firehose firehose = firehose(settings)) {
      try (RunningQuery query =
          RunningQuery.intoNoop(
              spark,
              firehose.url(),
              members,
              Trigger.ProcessingTime(settings.count("trigger")),
              directory)) {
        firehose.awaitSubscribed(members, LIMIT);
        long cpu = ProcessCpu.nanos();
        long begin = System.nanoTime();
        Firehose.Report sent = firehose.send(each, LIMIT);
        long end =
            Await.value(
                sent.messages() + " rows at the sink",
                LIMIT,
                () -> query.rows() < sent.messages() ? 0 : System.nanoTime(),
                time -> time > 0);
        long rows = query.rows();
        double cpuNanos = (double) (ProcessCpu.nanos() - cpu) / rows;
        if (rows != sent.messages() || query.partitionsRead() != members) {
          throw new IllegalStateException(
              "of %,d messages to %d members, %,d rows of %d partitions have come"
                  .formatted(sent.messages(), members, rows, query.partitionsRead()));
        }
        return new Rates(
            sent.messages() * NANOS_PER_SECOND / (end - begin),
            sent.messagesPerSecond(),
            cpuNanos,
            (double) rows / commits(meters));
      }
    } finally {
      Metrics.removeRegistry(meters);
      Scratch.delete(directory);
    }
  }

  private static Rates bare(int members, Settings settings, Scratch scratch) throws Exception {
    Load load =
        new Load(
            settings.count("messages") / members,
            QOS,
            settings.smallCount("payload"),
            settings.smallCount("topics"),
            WINDOW);
    List<Path> directories = new ArrayList<>();
    List<CommittingTaker> takers = new ArrayList<>();
    try (Firehose firehose = firehose(settings)) {
      for (int member = 0; member < members; member++) {
        directories.add(scratch.newDirectory());
        takers.add(CommittingTaker.connect(firehose.url(), load, member, directories.get(member)));
      }
      firehose.awaitSubscribed(members, LIMIT);
      long cpu = ProcessCpu.nanos();
      Firehose.Report sent = send(firehose, load.messages(), takers);
      double cpuNanos = (double) (ProcessCpu.nanos() - cpu) / sent.messages();
      long commits = 0;
      for (CommittingTaker taker : takers) {
        taker.verify();
        commits += taker.commits();
      }
      double rate = sent.messagesPerSecond();
      return new Rates(rate, rate, cpuNanos, (double) sent.messages() / commits);
    } finally {
      close(takers);
      for (Path directory : directories) {
        Scratch.delete(directory);
      }
    }
  }

  private static Firehose.Report send(
      Firehose firehose, long messages, List<CommittingTaker> takers) {
    try {
      return firehose.send(messages, LIMIT);
    } catch (IllegalStateException e) {
      // A reader that has ended says why, if that is the cause.
      takers.forEach(CommittingTaker::taken);
      throw e;
    }
  }

  private static void close(List<CommittingTaker> takers) throws IOException {
    for (CommittingTaker taker : takers) {
      taker.close();
    }
  }

  private static Firehose firehose(Settings settings) {
    return Firehose.start(
        new Firehose.Load(QOS, settings.smallCount("payload"), settings.smallCount("topics")));
  }
}
