// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.examples.demo;

import io.github.mqttpartitioned.examples.factory.Factory;
import io.github.mqttpartitioned.examples.factory.Readings;
import io.github.mqttpartitioned.examples.load.PublishedMarks;
import io.github.mqttpartitioned.examples.load.Sensors;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.streaming.StreamingQuery;
import org.apache.spark.sql.streaming.StreamingQueryException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;

/**
 * Sensors, a broker, and a query over the sensors' messages, until Ctrl-C or for {@code --seconds};
 * then a line that says whether every message came out once. See {@link DemoCommand} for what can
 * be set. Confined to the main thread.
 */
public final class Demo {

  private static final Duration FIRST_BATCH_LIMIT = Duration.ofSeconds(60);
  private static final Duration DRAIN_LIMIT = Duration.ofSeconds(60);
  private static final Duration POLL = Duration.ofMillis(200);

  private final DemoSettings settings;
  private final Terminal terminal;
  private final Interrupt interrupt;
  private @Nullable Tally tally;

  private Demo(DemoSettings settings, Terminal terminal, Interrupt interrupt) {
    this.settings = settings;
    this.terminal = terminal;
    this.interrupt = interrupt;
  }

  public static void main(String[] arguments) {
    Terminal terminal = Terminal.ofProcess();
    // Logs, too, must not break the panel.
    System.setErr(terminal.asStream());
    Interrupt interrupt = Interrupt.install();
    interrupt.exit(
        new CommandLine(new DemoCommand(settings -> run(settings, terminal, interrupt)))
            .execute(arguments));
  }

  private static int run(DemoSettings settings, Terminal terminal, Interrupt interrupt) {
    boolean failed = false;
    Demo demo = new Demo(settings, terminal, interrupt);
    try {
      demo.run();
    } catch (StreamingQueryException e) {
      // Its own message is a page long, and says what the cause says.
      failed = true;
      terminal.line("The query has failed: " + (e.getCause() == null ? e : e.getCause()));
    } catch (IOException | IllegalStateException e) {
      failed = true;
      terminal.line("The demo has failed: " + e.getMessage());
    } catch (Exception e) {
      failed = true;
      terminal.line("The demo has failed: " + e);
      e.printStackTrace(System.err);
    }
    Summary summary = demo.summary();
    terminal.endPanel();
    terminal.line(summary.toString());
    return failed || !summary.isRight() ? 1 : 0;
  }

  private Summary summary() {
    return tally == null ? Summary.NOTHING : Summary.of(tally.sums());
  }

  private void run() throws Exception {
    try (DemoDirectory directory =
        DemoDirectory.open(settings, () -> say("Waiting for another demo to end"))) {
      say("Starting Spark");
      SparkStart start = SparkStart.begin(directory.temporary());
      try (Broker broker = broker(directory)) {
        SparkSession spark = start.await();
        try {
          run(directory, broker, spark);
        } finally {
          spark.stop();
        }
      }
    }
  }

  private Broker broker(DemoDirectory directory) throws IOException {
    if (settings.broker().isPresent()) {
      return Broker.at(settings.broker().get());
    }
    say("Starting the embedded MQTT 5 broker, ActiveMQ Artemis");
    return Broker.embedded(directory);
  }

  private void run(DemoDirectory directory, Broker broker, SparkSession spark) throws Exception {
    Map<String, PublishedMarks> runs = directory.unfinishedRuns();
    boolean goesOn = !runs.isEmpty();
    String run = DemoDirectory.newRun();
    PublishedMarks marks = directory.marks(run);
    runs.put(run, marks);
    Tally counted = Tally.open(directory.tally(), run, runs);
    tally = counted;
    if (goesOn) {
      say(
          "Going on after a demo that did not end in order; it left %,d messages to process"
              .formatted(counted.sums().missing()));
    }
    Board board = new Board();
    BatchListener listener = new BatchListener();
    spark.streams().addListener(listener);
    say("Starting the query; its %d members connect".formatted(Readings.PARTITIONS));
    try (Alerts alerts = Alerts.of(broker.url(), run)) {
      StreamingQuery query =
          new FactoryQuery(counted, board, alerts, broker.startedMillis())
              .start(spark, broker.url(), settings.qos(), directory.checkpoint().toString());
      try (LiveView view = new LiveView(terminal, broker.name(), counted, board, listener)) {
        awaitConnected(query, listener, broker);
        if (!interrupt.isAsked()) {
          alerts.greet(spark);
          publish(
              new Sensors(broker.url(), run, settings.rate(), settings.qos(), marks),
              view,
              query,
              counted);
          awaitProcessed(query, counted);
        }
      } finally {
        query.stop();
      }
      say(alerts.awaitReceived());
    }
    close(directory, counted.sums());
  }

  private void awaitConnected(StreamingQuery query, BatchListener listener, Broker broker)
      throws Exception {
    long deadline = System.nanoTime() + FIRST_BATCH_LIMIT.toNanos();
    while (!listener.awaitFirst(POLL) && !interrupt.isAsked()) {
      throwFailure(query);
      if (System.nanoTime() - deadline >= 0) {
        throw new IOException("the query has not connected to " + broker.url() + " in time");
      }
    }
    throwFailure(query);
  }

  private void publish(Sensors sensors, LiveView view, StreamingQuery query, Tally tally)
      throws Exception {
    say("The query warms up with the first message of each device");
    sensors.greet();
    awaitProcessed(query, tally);
    say(
        "%d devices publish %,d messages a second at QoS %d"
            .formatted(Factory.DEVICES, settings.rate(), settings.qos()));
    long begin = System.nanoTime();
    sensors.start();
    view.start();
    try {
      while (!interrupt.await(POLL) && !isOver(begin)) {
        throwFailure(query);
        sensors.throwFailure();
      }
    } finally {
      sensors.stop();
    }
  }

  private boolean isOver(long begin) {
    long seconds = Duration.ofNanos(System.nanoTime() - begin).toSeconds();
    return settings.seconds().isPresent() && seconds >= settings.seconds().getAsInt();
  }

  /**
   * Waits until all that was acknowledged has come out of the query, as long as more and more of it
   * does.
   */
  private static void awaitProcessed(StreamingQuery query, Tally tally) throws Exception {
    long missing = Long.MAX_VALUE;
    long changed = System.nanoTime();
    while (missing > 0 && System.nanoTime() - changed < DRAIN_LIMIT.toNanos()) {
      throwFailure(query);
      long now = tally.sums().missing();
      if (now < missing) {
        missing = now;
        changed = System.nanoTime();
      }
      Thread.sleep(POLL.toMillis());
    }
  }

  private static void throwFailure(StreamingQuery query) throws StreamingQueryException {
    if (query.exception().isDefined()) {
      throw query.exception().get();
    }
  }

  private void close(DemoDirectory directory, Tally.Sums sums) throws IOException {
    if (sums.repeatedByBroker() > 0) {
      say(
          "The broker was killed with the demo before; it has sent %,d messages again as new ones"
              .formatted(sums.repeatedByBroker()));
    }
    if (sums.foreign() > 0) {
      say("%,d messages were not from this demo's sensors".formatted(sums.foreign()));
    }
    if (sums.missing() == 0) {
      directory.finishRuns();
    } else {
      say(
          "%,d messages have not come out of the query; if they still do, the next demo in %s says so"
              .formatted(sums.missing(), directory.path()));
    }
  }

  private void say(String text) {
    terminal.line(text);
  }
}
