// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.benchmark.demo;

import io.github.mqttpartitioned.benchmark.Scenario;
import io.github.mqttpartitioned.benchmark.Setting;
import io.github.mqttpartitioned.benchmark.Setting.Count;
import io.github.mqttpartitioned.benchmark.Setting.Text;
import io.github.mqttpartitioned.benchmark.Settings;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** The demo's sensors alone, for a broker and a query that run elsewhere. */
public final class LoadCommand implements Scenario {

  private static final Duration POLL = Duration.ofMillis(200);
  private static final int MOST_RATE = 1_000_000;

  @Override
  public String name() {
    return "load";
  }

  @Override
  public String summary() {
    return "the demo's sensors publish to a broker of yours";
  }

  @Override
  public List<Setting> settings() {
    return List.of(
        Setting.of("broker", new Text("tcp://host:port"), "tcp://127.0.0.1:1883", "the broker"),
        Setting.of("rate", new Count(1, MOST_RATE), "2000", "messages per second"),
        Setting.of("qos", new Count(1, 2), "1", "at which they are published"),
        new Setting(
            "seconds",
            new Count(0, Integer.MAX_VALUE),
            "0",
            "1",
            "how long; 0 for until it is ended"));
  }

  @Override
  public boolean run(Settings settings, PrintStream out) throws Exception {
    int seconds = settings.smallCount("seconds");
    DemoSettings sensors =
        new DemoSettings(
            OptionalInt.empty(),
            Optional.of(settings.text("broker")),
            Path.of("").toAbsolutePath(),
            settings.smallCount("rate"),
            settings.smallCount("qos"));
    PublishedMarks marks = PublishedMarks.inMemory();
    Sensors running = new Sensors(settings.text("broker"), DemoDirectory.newRun(), sensors, marks);
    out.printf(
        "%d devices publish %,d messages a second to %s%n",
        Factory.DEVICES, sensors.rate(), settings.text("broker"));
    long begin = System.nanoTime();
    running.start();
    try {
      while (seconds == 0 || System.nanoTime() - begin < Duration.ofSeconds(seconds).toNanos()) {
        running.throwFailure();
        Thread.sleep(POLL.toMillis());
      }
    } finally {
      running.stop();
    }
    out.printf("%,d messages were acknowledged%n", marks.total());
    return true;
  }
}
