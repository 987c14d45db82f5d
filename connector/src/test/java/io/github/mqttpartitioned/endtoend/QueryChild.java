// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.testkit.Await;
import io.github.mqttpartitioned.testkit.ChildJvm;
import io.github.mqttpartitioned.testkit.FailingDisk;
import io.github.mqttpartitioned.testkit.SparkRuntime;
import io.github.mqttpartitioned.testkit.TestBroker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A {@link QueryProcess}, or another that reports as it does, from its parent's side. */
final class QueryChild implements AutoCloseable {

  private static final Duration START = Duration.ofMinutes(10);
  private static final Duration FINISH = Duration.ofMinutes(10);

  private final ChildJvm child;

  private QueryChild(ChildJvm child) {
    this.child = child;
  }

  /**
   * Starts one.
   *
   * @param folder of its job
   * @param fault a fault point and how often it is to be reached; optional
   */
  static QueryChild start(
      Path folder, TestBroker broker, int partitions, int qos, String... fault) {
    return new QueryChild(child(folder, broker.url(), partitions, qos, fault).start());
  }

  /** Starts another program that reports as {@link QueryProcess} does. */
  static QueryChild start(ChildJvm.Builder child) {
    return new QueryChild(child.start());
  }

  /** Starts one whose disk may fail. */
  static QueryChild start(
      Path folder, String url, int partitions, int qos, FailingDisk disk, String... fault) {
    return new QueryChild(disk.under(child(folder, url, partitions, qos, fault)).start());
  }

  private static ChildJvm.Builder child(
      Path folder, String url, int partitions, int qos, String... fault) {
    List<String> arguments =
        new ArrayList<>(
            List.of(folder.toString(), url, String.valueOf(partitions), String.valueOf(qos)));
    arguments.addAll(List.of(fault));
    return ChildJvm.of(QueryProcess.class, arguments.toArray(String[]::new))
        .runtime(SparkRuntime.chosen())
        .option("-Xmx1g");
  }

  ChildJvm process() {
    return child;
  }

  /**
   * Kills it with SIGKILL.
   *
   * @throws AssertionError with its output, if its query or the process had ended by itself
   */
  void kill9() {
    child.kill9Running();
    assertThat(child.lines())
        .as(child.describe())
        .noneMatch(line -> line.contains("StreamingQueryException"));
  }

  /** Waits until it stands at a fault point. */
  void awaitPoint(String point) {
    child.awaitLine("^at " + point + "$", START);
  }

  /** Waits until so many rows have been processed, by their offsets. */
  void awaitProcessed(long messages) {
    Await.until(
        messages + " processed, " + child.describe(), FINISH, () -> processed() >= messages);
  }

  /** Waits until the count has not changed for two seconds. */
  void awaitQuiet() {
    long[] last = {-1, 0};
    Await.until(
        "an end of messages",
        FINISH,
        () -> {
          long now = processed();
          if (now != last[0]) {
            last[0] = now;
            last[1] = System.nanoTime();
          }
          return System.nanoTime() - last[1] > Duration.ofSeconds(2).toNanos();
        });
  }

  private long processed() {
    return child.lines().stream()
        .filter(line -> line.startsWith("processed "))
        .mapToLong(line -> Long.parseLong(line.substring("processed ".length())))
        .max()
        .orElse(0);
  }

  /** Kills it, if it still runs. */
  @Override
  public void close() {
    child.close();
  }
}
