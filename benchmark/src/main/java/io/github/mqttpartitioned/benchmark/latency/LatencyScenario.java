// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.benchmark.latency;

import io.github.mqttpartitioned.benchmark.Scenario;
import io.github.mqttpartitioned.benchmark.Setting;
import io.github.mqttpartitioned.benchmark.Setting.Choice;
import io.github.mqttpartitioned.benchmark.Setting.Count;
import io.github.mqttpartitioned.benchmark.Settings;
import io.github.mqttpartitioned.benchmark.broker.MosquittoLoad;
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
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.SynchronizedHistogram;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * From publish until the sink has the row, at fixed rates, micro-batches back to back. A message
 * carries the time at which it was due, not that at which it was sent: a stall counts for all that
 * it delays.
 */
public final class LatencyScenario implements Scenario {

  private static final int PARTITIONS = 2;
  private static final int QOS = 1;
  private static final double MICROS_PER_MILLI = 1e3;
  private static final double NANOS_PER_MILLI = 1e6;
  private static final long NANOS_PER_MICRO = 1_000;
  private static final long NANOS_PER_SECOND = 1_000_000_000;
  private static final long HIGHEST_MICROS = 600_000_000;
  private static final Duration LIMIT = Duration.ofMinutes(2);

  @Override
  public String name() {
    return "latency";
  }

  @Override
  public String summary() {
    return "from publish, through Mosquitto, to a foreachBatch sink of Spark's at fixed rates";
  }

  @Override
  public List<Setting> settings() {
    return List.of(
        Setting.of(
            "rates",
            new Choice(List.of("100", "1000", "10000")),
            "100,1000,10000",
            "messages per second"),
        new Setting("seconds", new Count(1, 3_600), "20", "2", "length of one round"),
        new Setting("rounds", new Count(1, 1_000), "5", "1", "rounds that count"),
        Setting.of("payload", new Count(8, 1_000_000), "100", "bytes of each payload"),
        Scratch.SETTING);
  }

  @Override
  public boolean run(Settings settings, PrintStream out) throws Exception {
    Measurements measurements = new Measurements();
    try (Scratch scratch = Scratch.of(settings);
        TestBroker broker = MosquittoLoad.start()) {
      Head.print(
          out,
          "From publish to sink",
          "Spark " + Versions.spark() + ", " + broker.description(),
          String.format(
              Locale.ROOT,
              "%d s at each rate, %,d bytes at QoS %d, %d partitions, %d rounds, local[%d]",
              settings.count("seconds"),
              settings.count("payload"),
              QOS,
              PARTITIONS,
              settings.count("rounds"),
              LocalSpark.CORES),
          scratch.directory());
      SparkSession spark = LocalSpark.start(scratch.newDirectory());
      Histogram micros = new SynchronizedHistogram(HIGHEST_MICROS, 3);
      try (RunningQuery query =
              RunningQuery.into(
                  spark,
                  broker.url(),
                  PARTITIONS,
                  scratch.newDirectory(),
                  (batch, id) -> record(batch, micros));
          Publisher publisher = Publisher.to(broker.url()).connect()) {
        warmUp(publisher, micros, query);
        for (int round = settings.isCheck() ? 1 : 0; round <= settings.count("rounds"); round++) {
          for (String rate : settings.choice("rates")) {
            micros.reset();
            long sent = Long.parseLong(rate) * settings.count("seconds");
            long late = publish(publisher, Long.parseLong(rate), sent, settings);
            measurements.add(
                "latency, " + rate + " messages/s, publisher behind, at most",
                "ms",
                late / NANOS_PER_MILLI);
            Await.until(
                sent + " messages to reach the sink",
                LIMIT,
                () -> query.rows() >= 0 && micros.getTotalCount() >= sent);
            note(round, rate, micros, sent, measurements, out);
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

  private static void record(Dataset<Row> batch, Histogram micros) {
    List<Row> rows = batch.collectAsList();
    long now = System.nanoTime();
    for (Row row : rows) {
      long due = ByteBuffer.wrap(row.<byte[]>getAs(0)).getLong();
      micros.recordValue(Math.min(HIGHEST_MICROS, Math.max(0, now - due) / NANOS_PER_MICRO));
    }
  }

  private static void warmUp(Publisher publisher, Histogram micros, RunningQuery query) {
    Await.until(
        "the members to be subscribed",
        LIMIT,
        () -> {
          publisher.publish("benchmark/first", stamp(new byte[Long.BYTES], System.nanoTime()), QOS);
          publisher.flush();
          return query.rows() >= 0 && micros.getTotalCount() > 0;
        });
    publisher.awaitAcknowledged(LIMIT);
    long[] before = {-1};
    Await.until(
        "the first messages to be through",
        LIMIT,
        () -> {
          LockSupport.parkNanos(NANOS_PER_SECOND);
          long now = micros.getTotalCount();
          boolean quiet = now == before[0];
          before[0] = now;
          return quiet;
        });
  }

  private static byte[] stamp(byte[] payload, long dueNanos) {
    ByteBuffer.wrap(payload).putLong(dueNanos);
    return payload;
  }

  /** How far it was behind what was due, at most, in nanoseconds. */
  private static long publish(Publisher publisher, long rate, long messages, Settings settings) {
    long late = 0;
    int bytes = settings.smallCount("payload");
    long begin = System.nanoTime();
    for (long i = 0; i < messages; i++) {
      long due = begin + i * NANOS_PER_SECOND / rate;
      for (long wait = due - System.nanoTime(); wait > 0; wait = due - System.nanoTime()) {
        LockSupport.parkNanos(wait);
      }
      publisher.publish("benchmark/" + i % 10, stamp(new byte[bytes], due), QOS);
      publisher.flush();
      late = Math.max(late, System.nanoTime() - due);
    }
    return late;
  }

  private static void note(
      int round,
      String rate,
      Histogram micros,
      long sent,
      Measurements measurements,
      PrintStream out) {
    if (micros.getTotalCount() != sent) {
      throw new IllegalStateException(
          "%,d messages were sent and %,d reached the sink"
              .formatted(sent, micros.getTotalCount()));
    }
    double p50 = micros.getValueAtPercentile(50) / MICROS_PER_MILLI;
    double p95 = micros.getValueAtPercentile(95) / MICROS_PER_MILLI;
    double p99 = micros.getValueAtPercentile(99) / MICROS_PER_MILLI;
    double most = micros.getMaxValue() / MICROS_PER_MILLI;
    out.printf(
        Locale.ROOT,
        "%s, %6s messages/s: p50 %7.1f ms, p95 %7.1f ms, p99 %7.1f ms, max %7.1f ms%n",
        round == 0 ? "warm-up" : "round " + round,
        rate,
        p50,
        p95,
        p99,
        most);
    if (round > 0) {
      String row = "latency, " + rate + " messages/s, ";
      measurements.add(row + "p50", "ms", p50);
      measurements.add(row + "p95", "ms", p95);
      measurements.add(row + "p99", "ms", p99);
      measurements.add(row + "max", "ms", most);
    }
  }
}
