// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.examples.demo;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The demo's broker alone, for the notebook and for machines without one. */
@Command(
    name = "broker",
    description = "An MQTT 5 broker, ActiveMQ Artemis, on 127.0.0.1, until it is ended.",
    showDefaultValues = true)
public final class BrokerCommand implements Callable<Integer> {

  @SuppressWarnings("NullAway.Init")
  @Spec
  private CommandSpec spec;

  @Option(names = "--port", paramLabel = "<n>", description = "Where it listens.")
  private int port = 1883;

  @SuppressWarnings("NullAway.Init")
  @Option(
      names = "--dir",
      required = true,
      paramLabel = "<directory>",
      description = "For its journal: messages and sessions outlive it there.")
  private Path directory;

  @Override
  public Integer call() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch closed = new CountDownLatch(1);
    try (EmbeddedBroker broker = EmbeddedBroker.start(directory, port)) {
      Runtime.getRuntime().addShutdownHook(new Thread(() -> end(asked, closed), "broker-end"));
      spec.commandLine().getOut().printf("Listening on %s%n", broker.url());
      asked.await();
    } finally {
      closed.countDown();
    }
    return 0;
  }

  /** The JVM ends when this returns: the broker closes its journal before. */
  private static void end(CountDownLatch asked, CountDownLatch closed) {
    asked.countDown();
    try {
      closed.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
