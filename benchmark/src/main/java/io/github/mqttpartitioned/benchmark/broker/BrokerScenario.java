// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.benchmark.broker;

import io.github.mqttpartitioned.benchmark.Scenario;
import io.github.mqttpartitioned.benchmark.Setting;
import io.github.mqttpartitioned.benchmark.Setting.Count;
import io.github.mqttpartitioned.benchmark.Settings;
import io.github.mqttpartitioned.benchmark.report.Head;
import io.github.mqttpartitioned.benchmark.report.Measurements;
import io.github.mqttpartitioned.benchmark.report.Scratch;
import io.github.mqttpartitioned.benchmark.report.Versions;
import io.github.mqttpartitioned.benchmark.spark.LocalSpark;
import io.github.mqttpartitioned.benchmark.spark.RunningQuery;
import io.github.mqttpartitioned.testkit.Await;
import io.github.mqttpartitioned.testkit.BareSubscriber;
import io.github.mqttpartitioned.testkit.Publisher;
import io.github.mqttpartitioned.testkit.TestBroker;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.LongSupplier;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.streaming.Trigger;

/**
 * Messages per second from a publisher through Mosquitto and N members to a sink of Spark's, beside
 * N bare socket readers on the same broker with the same load. Publisher, broker, members and Spark
 * share the machine's cores.
 */
public final class BrokerScenario implements Scenario {

  private static final int QOS = 1;
  private static final int WINDOW = 65_535;
  private static final int TOPICS = 100;
  private static final Duration LIMIT = Duration.ofMinutes(10);
  private static final double NANOS_PER_SECOND = 1e9;

  @Override
  public String name() {
    return "broker";
  }

  @Override
  public String summary() {
    return "Mosquitto, N members and Spark's noop sink, beside N bare socket readers";
  }

  @Override
  public List<Setting> settings() {
    return List.of(
        new Setting(
            "messages", new Count(100, 100_000_000), "1000000", "5000", "messages per round"),
        Setting.ROUNDS,
        Setting.MEMBERS,
        Setting.of(
            "trigger", new Count(0, 60_000), "500", "milliseconds from micro-batch to micro-batch"),
        Setting.of(
            "in-flight",
            new Count(0, WINDOW),
            "0",
            "most messages that Mosquitto has in flight to a member; 0 for 65,535"),
        Setting.PAYLOAD,
        Scratch.SETTING);
  }

  @Override
  public boolean run(Settings settings, PrintStream out) throws Exception {
    Measurements measurements = new Measurements();
    try (Scratch scratch = Scratch.of(settings)) {
      Head.print(
          out,
          "From a publisher through Mosquitto to a sink",
          "Spark " + Versions.spark() + ", " + description(),
          String.format(
              Locale.ROOT,
              "%,d messages of %,d bytes at QoS %d, %,d in flight, %d rounds, local[%d],"
                  + " a micro-batch every %d ms",
              settings.count("messages"),
              settings.count("payload"),
              QOS,
              settings.count("in-flight") == 0 ? WINDOW : settings.count("in-flight"),
              settings.count("rounds"),
              LocalSpark.CORES,
              settings.count("trigger")),
          scratch.directory());
      SparkSession spark = LocalSpark.start(scratch.newDirectory());
      try {
        for (int round = settings.isCheck() ? 1 : 0; round <= settings.count("rounds"); round++) {
          for (String members : settings.choice("members")) {
            int n = Integer.parseInt(members);
            // Nobody is always the first.
            double before = round % 2 == 0 ? bare(n, settings) : 0;
            double ours = connector(spark, n, settings, scratch);
            double bare = round % 2 == 0 ? before : bare(n, settings);
            out.printf(
                Locale.ROOT,
                "%s, %d members: connector %,10.0f messages/s, bare readers %,10.0f messages/s%n",
                round == 0 ? "warm-up" : "round " + round,
                n,
                ours,
                bare);
            if (round > 0) {
              measurements.add("broker, %d members, connector".formatted(n), "messages/s", ours);
              measurements.add("broker, %d members, bare".formatted(n), "messages/s", bare);
            }
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

  private static String description() throws Exception {
    try (TestBroker broker = MosquittoLoad.start()) {
      return broker.description();
    }
  }

  /** On a broker of its own: one that knows sessions of before would queue messages for them. */
  private static double connector(
      SparkSession spark, int members, Settings settings, Scratch scratch) throws Exception {
    try (TestBroker broker = MosquittoLoad.start(settings.smallCount("in-flight"));
        RunningQuery query =
            RunningQuery.intoNoop(
                spark,
                broker.url(),
                members,
                Trigger.ProcessingTime(settings.count("trigger")),
                scratch.newDirectory())) {
      awaitSubscribed(broker, query::rows);
      double rate = measure(broker, settings, query::rows);
      expectAll(members, query.partitionsRead());
      return rate;
    }
  }

  private static double bare(int members, Settings settings) throws Exception {
    List<BareSubscriber> subscribers = new ArrayList<>();
    try (TestBroker broker = MosquittoLoad.start(settings.smallCount("in-flight"))) {
      for (int member = 0; member < members; member++) {
        subscribers.add(
            BareSubscriber.subscribe(broker.url(), "bare-" + member, "$share/bare/#", QOS, WINDOW));
      }
      double rate =
          measure(
              broker,
              settings,
              () -> subscribers.stream().mapToLong(BareSubscriber::received).sum());
      expectAll(
          members, subscribers.stream().filter(subscriber -> subscriber.received() > 0).count());
      return rate;
    } finally {
      subscribers.forEach(BareSubscriber::close);
    }
  }

  private static void expectAll(int members, long found) {
    if (found != members) {
      throw new IllegalStateException(
          "of %d members %d have got messages".formatted(members, found));
    }
  }

  /** Sends single messages until one arrives: from then on the members are subscribed. */
  private static void awaitSubscribed(TestBroker broker, LongSupplier arrived) {
    try (Publisher publisher = Publisher.to(broker.url()).connect()) {
      Await.until(
          "the members to be subscribed",
          LIMIT,
          () -> {
            publisher.publish("benchmark/first", new byte[Long.BYTES], QOS);
            publisher.flush();
            return arrived.getAsLong() > 0;
          });
      publisher.awaitAcknowledged(LIMIT);
    }
  }

  /** From the first message sent until the last one has arrived. */
  private static double measure(TestBroker broker, Settings settings, LongSupplier arrived)
      throws Exception {
    long messages = settings.count("messages");
    byte[] payload = new byte[settings.smallCount("payload")];
    try (Publisher publisher = Publisher.to(broker.url()).connect()) {
      settle(arrived);
      long before = arrived.getAsLong();
      long begin = System.nanoTime();
      for (long i = 0; i < messages; i++) {
        publisher.publish("benchmark/" + i % TOPICS, payload, QOS);
      }
      publisher.awaitAcknowledged(LIMIT);
      Await.until(
          messages + " messages to arrive", LIMIT, () -> arrived.getAsLong() - before >= messages);
      double seconds = (System.nanoTime() - begin) / NANOS_PER_SECOND;
      settle(arrived);
      long found = arrived.getAsLong() - before;
      if (found != messages) {
        throw new IllegalStateException(
            "of %,d messages sent %,d have arrived".formatted(messages, found));
      }
      return messages / seconds;
    }
  }

  /** Waits until nothing has arrived for a while. */
  private static void settle(LongSupplier arrived) throws InterruptedException {
    long quietMillis = 1_000;
    long seen = arrived.getAsLong();
    long since = System.nanoTime();
    while (System.nanoTime() - since < Duration.ofMillis(quietMillis).toNanos()) {
      Thread.sleep(quietMillis / 20);
      long now = arrived.getAsLong();
      if (now != seen) {
        seen = now;
        since = System.nanoTime();
      }
    }
  }
}
