// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.examples.load;

import io.github.mqttpartitioned.examples.factory.Factory;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The sensors alone, for a broker and a query that run elsewhere. */
@Command(
    name = "load",
    description = "The factory's sensors publish to a broker of yours.",
    showDefaultValues = true)
public final class LoadCommand implements Callable<Integer> {

  private static final Duration POLL = Duration.ofMillis(200);
  private static final int MOST_RATE = 1_000_000;

  @SuppressWarnings("NullAway.Init")
  @Spec
  private CommandSpec spec;

  @Option(names = "--broker", paramLabel = "tcp://host:port", description = "The broker.")
  private String broker = "tcp://127.0.0.1:1883";

  @Option(names = "--rate", paramLabel = "<n>", description = "Messages per second.")
  private int rate = 2_000;

  @Option(names = "--qos", paramLabel = "1|2", description = "At which they are published.")
  private int qos = 1;

  @Option(
      names = "--seconds",
      paramLabel = "<n>",
      description = "How long; 0 for until it is ended.")
  private int seconds = 0;

  @Override
  public Integer call() throws Exception {
    check("--rate", rate, 1, MOST_RATE);
    check("--qos", qos, 1, 2);
    check("--seconds", seconds, 0, Integer.MAX_VALUE);
    PublishedMarks marks = PublishedMarks.inMemory();
    Sensors running = new Sensors(broker, UUID.randomUUID().toString(), rate, qos, marks);
    spec.commandLine()
        .getOut()
        .printf("%d devices publish %,d messages a second to %s%n", Factory.DEVICES, rate, broker);
    long begin = System.nanoTime();
    running.greet();
    running.start();
    try {
      while (seconds == 0 || System.nanoTime() - begin < Duration.ofSeconds(seconds).toNanos()) {
        running.throwFailure();
        Thread.sleep(POLL.toMillis());
      }
    } finally {
      running.stop();
    }
    spec.commandLine().getOut().printf("%,d messages were acknowledged%n", marks.total());
    return 0;
  }

  private void check(String option, int value, int least, int most) {
    if (value < least || value > most) {
      throw new ParameterException(
          spec.commandLine(),
          "%s is %,d; accepted are %,d to %,d".formatted(option, value, least, most));
    }
  }
}
