// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.benchmark.sink;

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
import io.github.mqttpartitioned.testkit.Await;
import io.github.mqttpartitioned.testkit.BareSubscriber;
import io.github.mqttpartitioned.testkit.TestBroker;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;

/**
 * Rows per second from one task of Spark to a broker that has confirmed each at QoS 1, beside a
 * bare socket writer and a foreach writer with stock Paho. All sides take turns in each round.
 */
public final class SinkScenario implements Scenario {

  private static final String TOPIC = "benchmark/sink";
  private static final int WARM_UPS = 2;
  private static final int FOREACH_SHARE = 20;
  private static final double NANOS_PER_SECOND = 1e9;
  private static final Duration LIMIT = Duration.ofMinutes(5);

  @Override
  public String name() {
    return "sink";
  }

  @Override
  public String summary() {
    return "one task writes rows to Mosquitto and to a scripted broker that confirms at once,"
        + " beside a bare socket writer and a foreach writer with stock Paho";
  }

  @Override
  public List<Setting> settings() {
    return List.of(
        new Setting(
            "messages",
            new Count(1_000, 1_000_000_000),
            "500000",
            "5000",
            "messages per round to Mosquitto; foreach gets one in " + FOREACH_SHARE),
        new Setting(
            "scripted",
            new Count(1_000, 1_000_000_000),
            "10000000",
            "100000",
            "messages per round to the scripted broker"),
        Setting.ROUNDS,
        Setting.of("payload", new Count(1, 60_000), "100", "bytes of each payload"),
        Setting.of(
            "brokers",
            new Choice(List.of("mosquitto", "scripted")),
            "mosquitto,scripted",
            "brokers to write to"),
        Scratch.SETTING);
  }

  @Override
  public boolean run(Settings settings, PrintStream out) throws Exception {
    try (Scratch scratch = Scratch.of(settings);
        SparkSession spark = LocalSpark.start(scratch.newDirectory())) {
      Head.print(
          out,
          "Rows of one task, confirmed at QoS 1, writer and broker on the same machine",
          "Spark " + Versions.spark() + ", Paho " + Versions.paho(),
          String.format(
              Locale.ROOT,
              "%,d messages (scripted broker: %,d), %,d bytes of payload, %d rounds",
              settings.count("messages"),
              settings.count("scripted"),
              settings.count("payload"),
              settings.count("rounds")),
          scratch.directory());
      Measurements measurements = new Measurements();
      boolean right = true;
      int warmUps = settings.isCheck() ? 0 : WARM_UPS;
      for (int round = 1 - warmUps; round <= settings.smallCount("rounds"); round++) {
        Measurements kept = round > 0 ? measurements : new Measurements();
        if (settings.choice("brokers").contains("scripted")) {
          right &= scripted(spark, settings, kept, out);
        }
        if (settings.choice("brokers").contains("mosquitto")) {
          right &= mosquitto(spark, settings, kept, out);
        }
      }
      measurements.print(out);
      out.println(right ? "\nEvery count was right." : "\nNot every count was right, see above.");
      return right;
    }
  }

  private interface Work {
    void run() throws Exception;
  }

  private static void measure(
      String what, long messages, Work work, Measurements measurements, PrintStream out)
      throws Exception {
    long begin = System.nanoTime();
    work.run();
    double rate = messages * NANOS_PER_SECOND / (System.nanoTime() - begin);
    out.printf(Locale.ROOT, "%-40s %,12.0f rows/s%n", what, rate);
    measurements.add("sink, " + what, "rows/s", rate);
  }

  private static boolean scripted(
      SparkSession spark, Settings settings, Measurements measurements, PrintStream out)
      throws Exception {
    long messages = settings.count("scripted");
    byte[] payload = new byte[settings.smallCount("payload")];
    try (ConfirmingBroker broker = ConfirmingBroker.start()) {
      measure(
          "scripted broker, bare",
          messages,
          () -> BareWriter.write(broker.url(), TOPIC, payload, messages),
          measurements,
          out);
      measure(
          "scripted broker, connector",
          messages,
          () -> save(rows(spark, messages, payload.length), broker.url()),
          measurements,
          out);
      return isRight(2 * messages, broker.received(), out);
    }
  }

  private static boolean mosquitto(
      SparkSession spark, Settings settings, Measurements measurements, PrintStream out)
      throws Exception {
    long messages = settings.count("messages");
    long few = Math.max(1_000, messages / FOREACH_SHARE);
    byte[] payload = new byte[settings.smallCount("payload")];
    try (TestBroker broker = MosquittoLoad.start();
        BareSubscriber subscriber =
            BareSubscriber.subscribe(broker.url(), "sink-subscriber", TOPIC, 0, 65_535)) {
      measure(
          "Mosquitto, bare",
          messages,
          () -> BareWriter.write(broker.url(), TOPIC, payload, messages),
          measurements,
          out);
      measure(
          "Mosquitto, connector",
          messages,
          () -> save(rows(spark, messages, payload.length), broker.url()),
          measurements,
          out);
      measure(
          "Mosquitto, foreach with Paho",
          few,
          () ->
              rows(spark, few, payload.length)
                  .foreachPartition(new PahoForeach(broker.url(), TOPIC)),
          measurements,
          out);
      long sent = 2 * messages + few;
      Await.until("all messages at the subscriber", LIMIT, () -> subscriber.received() >= sent);
      return isRight(sent, subscriber.received(), out);
    }
  }

  private static boolean isRight(long expected, long found, PrintStream out) {
    if (expected != found) {
      out.printf(Locale.ROOT, "WRONG: %,d messages sent, %,d arrived%n", expected, found);
    }
    return expected == found;
  }

  private static Dataset<Row> rows(SparkSession spark, long messages, int payloadBytes) {
    return spark
        .range(0, messages, 1, 1)
        .select(
            functions.lit(new byte[payloadBytes]).as("payload"), functions.lit(TOPIC).as("topic"));
  }

  private static void save(Dataset<Row> rows, String url) {
    rows.write().format("mqtt-partitioned").mode("append").save(url);
  }
}
