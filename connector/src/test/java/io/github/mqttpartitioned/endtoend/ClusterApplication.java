// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.cluster.NodeAddress;
import io.github.mqttpartitioned.testkit.Await;
import io.github.mqttpartitioned.testkit.ChildJvm;
import io.github.mqttpartitioned.testkit.LocalCluster;
import io.github.mqttpartitioned.testkit.Spark;
import io.github.mqttpartitioned.testkit.StandaloneCluster;
import io.github.mqttpartitioned.testkit.TestBroker;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** A {@link ClusterDriver} that runs on a cluster, as seen by its test. */
final class ClusterApplication implements AutoCloseable {

  static final Duration START = Duration.ofMinutes(10);
  private static final Duration FINISH = Duration.ofMinutes(10);
  private static final Pattern REPORT =
      Pattern.compile(
          "processed (\\d+) read (\\d+) local (\\d+) copies (\\d+) jobs (\\d+) batches (-?\\d+)");

  private static final Pattern PLACED =
      Pattern.compile("goes to node (\\S+) \\((\\S+):(\\d+)\\), epoch");

  /**
   * How far it is.
   *
   * @param processed offsets, over all partitions and queries
   * @param read rows that its tasks have read
   * @param local those of them that lay where they were read
   * @param copies speculative copies of tasks that came in before the first one
   * @param jobs of Spark
   * @param batch the last one whose progress is known, of the query that is behind; -1 for none
   */
  record Report(long processed, long read, long local, long copies, long jobs, long batch) {}

  private final Supplier<String> executors;
  private final Path folder;
  private final ChildJvm driver;

  private ClusterApplication(Supplier<String> executors, Path folder, ChildJvm driver) {
    this.executors = executors;
    this.folder = folder;
    this.driver = driver;
  }

  /**
   * Starts it.
   *
   * @param folder for checkpoint, stores and output
   * @param options as {@code name=value}, of the source, of Spark, and of the driver itself
   */
  static ClusterApplication start(
      StandaloneCluster cluster, Path folder, TestBroker broker, List<String> options) {
    return new ClusterApplication(
        cluster::describe, folder, driver(cluster.settings(), folder, broker, options).start());
  }

  /** As above. */
  static ClusterApplication start(
      LocalCluster cluster, Path folder, TestBroker broker, List<String> options) {
    ChildJvm.Builder driver =
        driver(cluster.settings(), folder, broker, options).runtime(cluster.runtime());
    cluster.environment().forEach(driver::environment);
    return new ClusterApplication(cluster::describe, folder, driver.start());
  }

  private static ChildJvm.Builder driver(
      Map<String, String> settings, Path folder, TestBroker broker, List<String> options) {
    List<String> arguments = new ArrayList<>(List.of(folder.toString(), broker.url()));
    settings.forEach((name, value) -> arguments.add(name + "=" + value));
    arguments.addAll(options);
    return ChildJvm.of(ClusterDriver.class, arguments.toArray(String[]::new)).heapMiB(768);
  }

  /** The driver's process. */
  ChildJvm driver() {
    return driver;
  }

  /** What it has last said. */
  Report report() {
    List<String> lines = driver.lines();
    for (int i = lines.size() - 1; i >= 0; i--) {
      Matcher report = REPORT.matcher(lines.get(i));
      if (report.find()) {
        long[] values =
            IntStream.rangeClosed(1, report.groupCount())
                .mapToLong(group -> Long.parseLong(report.group(group)))
                .toArray();
        return new Report(values[0], values[1], values[2], values[3], values[4], values[5]);
      }
    }
    return new Report(0, 0, 0, 0, 0, -1);
  }

  /** The first progress comes when all members are connected. */
  void awaitMembers() {
    driver.awaitLine("batches \\d", START);
  }

  void awaitProcessed(long messages) {
    await(messages + " processed", () -> report().processed() >= messages);
  }

  /** The executor that holds a partition, as the driver has last said. */
  String nodeOf(int partition) {
    Pattern placed = Pattern.compile("Partition " + partition + " goes to node (\\S+) ");
    return driver.lines().stream()
        .map(placed::matcher)
        .filter(Matcher::find)
        .map(found -> found.group(1))
        .reduce((first, last) -> last)
        .orElseThrow(() -> new AssertionError("No node holds partition " + partition));
  }

  /** The nodes that hold a partition, or have held one. */
  Set<NodeAddress> nodes() {
    return driver.lines().stream()
        .map(PLACED::matcher)
        .filter(Matcher::find)
        .map(to -> new NodeAddress(to.group(1), to.group(2), Integer.parseInt(to.group(3))))
        .collect(Collectors.toSet());
  }

  /** What there is to be seen of the source while it runs. */
  Traces traces(TestBroker broker) {
    return new Traces(
        nodes().stream().map(NodeAddress::port).collect(Collectors.toSet()),
        URI.create(broker.url()).getPort());
  }

  /** Waits until the count has not changed for two seconds. */
  void awaitQuiet() {
    long[] last = {-1, 0};
    await(
        "an end of messages",
        () -> {
          long now = report().processed();
          if (now != last[0]) {
            last[0] = now;
            last[1] = System.nanoTime();
          }
          return System.nanoTime() - last[1] > Duration.ofSeconds(2).toNanos();
        });
  }

  /** Waits for something while the driver lives. */
  void await(String what, BooleanSupplier condition) {
    try {
      Await.until(
          what,
          FINISH,
          () -> {
            assertThat(driver.isAlive()).as(driver::describe).isTrue();
            return condition.getAsBoolean();
          });
    } catch (AssertionError e) {
      throw new AssertionError(
          e.getMessage() + "\n" + driver.describe() + "\n" + executors.get(), e);
    }
  }

  /** Waits until nothing of something is left. */
  void awaitNone(String what, Supplier<List<String>> left) {
    List<List<String>> last = new ArrayList<>(List.of(List.of()));
    try {
      await("an end of " + what, () -> last.set(0, left.get()) != null && last.get(0).isEmpty());
    } catch (AssertionError e) {
      throw new AssertionError("Left: " + last.get(0) + "\n" + e.getMessage(), e);
    }
  }

  /** Has it stop its queries in order; the application itself goes on. */
  void stop() throws IOException {
    tell("stop");
    driver.awaitLine("query stopped", START);
    Files.delete(folder.resolve("stop"));
  }

  /** Has it read in a batch what the query has stored; fails unless it finds so much. */
  void readStored(long messages, int partitions) throws IOException {
    tell("stored");
    driver.awaitLine("stored %d in %d partitions".formatted(messages, partitions), START);
  }

  /** Gives the driver a command: a file of that name. */
  void tell(String command) throws IOException {
    Files.createFile(folder.resolve(command));
  }

  /** What the sink holds. */
  static Dataset<Row> rows(Path folder) {
    return Spark.session().read().parquet(folder.resolve("output").toString());
  }

  @Override
  public void close() {
    driver.close();
  }
}
