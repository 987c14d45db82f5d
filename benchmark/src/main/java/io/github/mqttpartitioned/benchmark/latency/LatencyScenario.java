// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.benchmark.latency;

import io.github.mqttpartitioned.benchmark.Scenario;
import io.github.mqttpartitioned.benchmark.Setting;
import io.github.mqttpartitioned.benchmark.Setting.Choice;
import io.github.mqttpartitioned.benchmark.Setting.Count;
import io.github.mqttpartitioned.benchmark.Setting.Text;
import io.github.mqttpartitioned.benchmark.Settings;
import io.github.mqttpartitioned.benchmark.broker.MosquittoLoad;
import io.github.mqttpartitioned.benchmark.latency.Latencies.Summary;
import io.github.mqttpartitioned.benchmark.report.Head;
import io.github.mqttpartitioned.benchmark.report.Measurements;
import io.github.mqttpartitioned.benchmark.report.Scratch;
import io.github.mqttpartitioned.benchmark.report.Versions;
import io.github.mqttpartitioned.benchmark.spark.LocalSpark;
import io.github.mqttpartitioned.benchmark.spark.RunningQuery;
import io.github.mqttpartitioned.testkit.Await;
import io.github.mqttpartitioned.testkit.Publisher;
import io.github.mqttpartitioned.testkit.TestBroker;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * From publish until the sink has the row, at fixed rates: in micro-batches back to back, or with
 * {@code Trigger.RealTime}; beside a plain subscriber, in turns with it. A message carries the time
 * at which it was due, not that at which it was sent: a stall counts for all that it delays.
 */
public final class LatencyScenario implements Scenario {

  private static final int PARTITIONS = 2;
  private static final double NANOS_PER_MILLI = 1e6;
  private static final long NANOS_PER_SECOND = 1_000_000_000;
  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final String MICRO_BATCH = "micro-batch";
  private static final String REAL_TIME = "realtime";
  private static final String PLAIN_TOPIC = "plain/";
  private static final String QUERY_TOPIC = "benchmark/";
  private static final Latencies LATENCIES = Latencies.OF_THIS_JVM;

  @Override
  public String name() {
    return "latency";
  }

  @Override
  public String summary() {
    return "from publish, through Mosquitto, to a sink of Spark's at fixed rates";
  }

  @Override
  public List<Setting> settings() {
    return List.of(
        Setting.of(
            "trigger",
            new Choice(List.of(MICRO_BATCH, REAL_TIME)),
            MICRO_BATCH,
            "micro-batches into foreachBatch, or real-time mode into foreach"),
        Setting.of("qos", new Choice(List.of("1", "2")), "1", "quality of service"),
        Setting.of(
            "rates",
            new Choice(List.of("100", "1000", "10000")),
            "100,1000,10000",
            "messages per second"),
        new Setting("seconds", new Count(1, 3_600), "20", "2", "length of one round"),
        Setting.ROUNDS,
        Setting.of("payload", new Count(8, 1_000_000), "100", "bytes of each payload"),
        Setting.of(
            "batch-seconds", new Count(5, 86_400), "300", "duration of a batch in real-time mode"),
        Setting.of(
            "setups",
            new Text(Setup.SYNTAX),
            Setup.DEFAULTS,
            "what a user may set, in turns with another"),
        Setting.of("cores", new Count(1, 64), "2", "cores of Spark in local mode"),
        Scratch.SETTING);
  }

  @Override
  public boolean run(Settings settings, PrintStream out) throws Exception {
    Measurements measurements = new Measurements();
    try (Scratch scratch = Scratch.of(settings)) {
      Head.print(
          out,
          "From publish to sink",
          "Spark " + Versions.spark() + ", Mosquitto",
          String.format(
              Locale.ROOT,
              "%d s at each rate, %,d bytes, %d partitions, %d rounds, local[%d], %s",
              settings.count("seconds"),
              settings.count("payload"),
              PARTITIONS,
              settings.count("rounds"),
              settings.count("cores"),
              settings.text("setups")),
          scratch.directory());
      SparkSession spark = LocalSpark.start(scratch.newDirectory(), settings.smallCount("cores"));
      try {
        for (String trigger : settings.choice("trigger")) {
          for (String qos : settings.choice("qos")) {
            new Side(
                    settings,
                    trigger.equals(REAL_TIME),
                    Integer.parseInt(qos),
                    spark,
                    scratch,
                    measurements,
                    out)
                .run();
          }
        }
      } finally {
        spark.stop();
      }
      measurements.print(out);
      out.println("Every message reached the sink.");
    }
    return true;
  }

  /**
   * One kind of query, with each setup in turns. The first of them alone is warmed up for, and has
   * the plain subscriber beside it.
   */
  private record Side(
      Settings settings,
      boolean realTime,
      int qos,
      SparkSession spark,
      Scratch scratch,
      Measurements measurements,
      PrintStream out) {

    void run() throws Exception {
      List<Setup> setups = Setup.parse(settings.text("setups"));
      if (!settings.isCheck()) {
        run(0, setups.get(0), true);
      }
      for (int round = 1; round <= settings.count("rounds"); round++) {
        for (Setup setup : setups) {
          run(round, setup, setup.equals(setups.get(0)));
        }
      }
    }

    private void run(int round, Setup setup, boolean first) throws Exception {
      Path directory = scratch.newDirectory();
      String elsewhere = setup.checkpoint();
      if (elsewhere == null) {
        run(round, setup, first, directory, directory);
        return;
      }
      Path checkpoint = Files.createTempDirectory(Path.of(elsewhere), "mqtt-benchmark-");
      try {
        run(round, setup, first, directory, checkpoint);
      } finally {
        Scratch.delete(checkpoint);
      }
    }

    /** On a broker of its own: the session of an earlier query would get its messages, too. */
    private void run(int round, Setup setup, boolean first, Path directory, Path checkpoint)
        throws Exception {
      try (TestBroker broker = MosquittoLoad.start();
          RunningQuery query = start(setup, broker, directory.resolve("stores"), checkpoint);
          PlainSubscriber plain = PlainSubscriber.connect(broker.url(), PLAIN_TOPIC + "#", qos);
          Publisher publisher = Publisher.to(broker.url()).connect()) {
        warmUp(publisher, query, qos);
        for (String rate : settings.choice("rates")) {
          Load load = new Load(publisher, settings, Long.parseLong(rate), qos);
          String what = description() + rate + " messages/s";
          if (first) {
            note(round, what + ", plain subscriber", measure(load, PLAIN_TOPIC, query));
            plain.requireConnected();
          }
          query.takePhases();
          String row = setup.isDefaults() ? what : what + ", " + setup.name();
          note(round, row, measure(load, QUERY_TOPIC, query));
          noteRest(round, row, query.takePhases(), load);
        }
      }
    }

    private String description() {
      return (realTime ? "real-time mode, " : "")
          + (realTime || qos != 1 ? "QoS " + qos + ", " : "");
    }

    private void note(int round, String row, Summary summary) {
      out.printf("%s, %s: %s%n", round == 0 ? "warm-up" : "round " + round, row, summary);
      if (round > 0) {
        add(measurements, "latency, " + row + ", ", summary);
      }
    }

    private void noteRest(int round, String row, Map<String, Double> phases, Load load) {
      if (!realTime) {
        out.println("  a batch, ms: " + phases);
      }
      if (round > 0) {
        String name = "latency, " + row + ", ";
        measurements.add(name + "publisher behind, at most", "ms", load.late / NANOS_PER_MILLI);
        if (!realTime) {
          phases.forEach((phase, millis) -> measurements.add(name + phase, "ms", millis));
        }
      }
    }

    private RunningQuery start(Setup setup, TestBroker broker, Path stores, Path directory)
        throws Exception {
      SparkSession session = setup.session(spark);
      Map<String, String> source = new HashMap<>(setup.source());
      source.put("storeDir", stores.toString());
      return realTime
          ? RunningQuery.inRealTime(
              session,
              broker.url(),
              PARTITIONS,
              qos,
              source,
              Duration.ofSeconds(settings.count("batch-seconds")),
              directory,
              new RowSink())
          : RunningQuery.into(
              session,
              broker.url(),
              PARTITIONS,
              qos,
              directory,
              source,
              setup.writer(),
              (batch, id) -> record(batch));
    }
  }

  private static void record(Dataset<Row> batch) {
    List<Row> rows = batch.collectAsList();
    long now = System.nanoTime();
    rows.forEach(row -> LATENCIES.arrived(row.getAs(0), now));
  }

  private static void warmUp(Publisher publisher, RunningQuery query, int qos) {
    Await.until(
        "the members to be subscribed",
        LIMIT,
        () -> {
          byte[] first = Latencies.stamp(new byte[Long.BYTES], System.nanoTime());
          publisher.publish(QUERY_TOPIC + "first", first, qos);
          publisher.flush();
          return query.rows() >= 0 && LATENCIES.count() > 0;
        });
    publisher.awaitAcknowledged(LIMIT);
    long[] before = {-1};
    Await.until(
        "the first messages to be through",
        LIMIT,
        () -> {
          LockSupport.parkNanos(NANOS_PER_SECOND);
          long now = LATENCIES.count();
          boolean quiet = now == before[0];
          before[0] = now;
          return quiet;
        });
  }

  private static Summary measure(Load load, String topic, RunningQuery query) {
    LATENCIES.reset();
    long sent = load.publish(topic);
    Await.until(
        sent + " messages to arrive", LIMIT, () -> query.rows() >= 0 && LATENCIES.count() >= sent);
    if (LATENCIES.count() != sent) {
      throw new IllegalStateException(
          "%,d messages were sent and %,d arrived".formatted(sent, LATENCIES.count()));
    }
    return LATENCIES.summary();
  }

  private static void add(Measurements measurements, String row, Summary summary) {
    measurements.add(row + "p50", "ms", summary.p50());
    measurements.add(row + "p95", "ms", summary.p95());
    measurements.add(row + "p99", "ms", summary.p99());
    measurements.add(row + "max", "ms", summary.most());
  }

  /** Publishes at a fixed rate. */
  private static final class Load {
    private final Publisher publisher;
    private final long rate;
    private final long messages;
    private final int bytes;
    private final int qos;

    /** How far it was behind what was due, at most, in nanoseconds. */
    private long late;

    Load(Publisher publisher, Settings settings, long rate, int qos) {
      this.publisher = publisher;
      this.rate = rate;
      this.messages = rate * settings.count("seconds");
      this.bytes = settings.smallCount("payload");
      this.qos = qos;
    }

    /** Returns how many messages were sent. */
    long publish(String topic) {
      long begin = System.nanoTime();
      for (long i = 0; i < messages; i++) {
        long due = begin + i * NANOS_PER_SECOND / rate;
        for (long wait = due - System.nanoTime(); wait > 0; wait = due - System.nanoTime()) {
          LockSupport.parkNanos(wait);
        }
        publisher.publish(topic + i % 10, Latencies.stamp(new byte[bytes], due), qos);
        publisher.flush();
        late = Math.max(late, System.nanoTime() - due);
      }
      return messages;
    }
  }
}
