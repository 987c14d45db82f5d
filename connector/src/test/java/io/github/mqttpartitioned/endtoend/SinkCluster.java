// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.testkit.Await;
import io.github.mqttpartitioned.testkit.ChildJvm;
import io.github.mqttpartitioned.testkit.LocalCluster;
import io.github.mqttpartitioned.testkit.Packet.Publish;
import io.github.mqttpartitioned.testkit.SequenceCheck;
import io.github.mqttpartitioned.testkit.Subscriber;
import io.github.mqttpartitioned.testkit.TestBroker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/** A {@link SinkClusterProcess} on two executors, and a subscriber of what they write. */
final class SinkCluster implements AutoCloseable {

  static final int EXECUTORS = 2;

  private static final Duration LIMIT = Duration.ofMinutes(5);
  private static final String WRITTEN = "written ";

  private final LocalCluster cluster;
  private final Subscriber subscriber;
  private final ChildJvm driver;

  private final SequenceCheck arrived = new SequenceCheck();

  SinkCluster(Path folder, TestBroker broker, int qos, String... settings) {
    this.cluster = new LocalCluster(folder, EXECUTORS);
    this.subscriber = Subscriber.subscribe(broker.url(), SinkClusterProcess.TOPIC, qos, this::take);
    List<String> arguments =
        new ArrayList<>(List.of(folder.toString(), broker.url(), String.valueOf(qos)));
    cluster.settings().forEach((name, value) -> arguments.add(name + "=" + value));
    arguments.addAll(List.of(settings));
    ChildJvm.Builder child =
        ChildJvm.of(SinkClusterProcess.class, arguments.toArray(String[]::new)).heapMiB(768);
    cluster.environment().forEach(child::environment);
    this.driver = child.start();
  }

  private void take(Publish message) {
    arrived.receivedDigits(message.payload());
  }

  /** Messages so far, each time counted. */
  long received() {
    return subscriber.received();
  }

  List<ProcessHandle> executors() {
    return cluster.executors(driver);
  }

  /** Whether each of the executors has connected, by its own log. */
  boolean isSenderOf(String executor) {
    return cluster.output(executor).stream()
        .anyMatch(
            line ->
                line.contains("Sender %s-%s-0".formatted(SinkClusterProcess.TOPIC, executor))
                    && line.contains("is connected"));
  }

  /** Waits for more messages. */
  void awaitMore(long messages) {
    long before = received();
    await(messages + " more messages", () -> received() >= before + messages);
  }

  /**
   * Waits until the rows of more batches are complete, then checks that none of them is missing.
   */
  long awaitNoneMissing(long more) {
    long before = written();
    await(more + " more rows", () -> written() >= before + more);
    long rows = written();
    await("all of " + rows + " rows", () -> arrived.against(rows).missing() == 0);
    return rows;
  }

  private long written() {
    List<String> lines = driver.lines();
    for (int i = lines.size() - 1; i >= 0; i--) {
      if (lines.get(i).startsWith(WRITTEN)) {
        return Long.parseLong(lines.get(i).substring(WRITTEN.length()));
      }
    }
    return 0;
  }

  /** Waits for something while the driver lives. */
  void await(String what, BooleanSupplier condition) {
    try {
      Await.until(
          what,
          LIMIT,
          () -> {
            assertThat(driver.isAlive()).as(driver::describe).isTrue();
            return condition.getAsBoolean();
          });
    } catch (AssertionError e) {
      throw new AssertionError(
          e.getMessage() + "\n" + driver.describe() + "\n" + cluster.describe(), e);
    }
  }

  @Override
  public void close() {
    driver.close();
    subscriber.close();
  }
}
