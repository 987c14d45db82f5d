// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.cluster.node.Node;
import io.github.mqttpartitioned.testkit.Await;
import io.github.mqttpartitioned.testkit.BrokerOptions;
import io.github.mqttpartitioned.testkit.ChildJvm;
import io.github.mqttpartitioned.testkit.Feature;
import io.github.mqttpartitioned.testkit.Full;
import io.github.mqttpartitioned.testkit.Soak;
import io.github.mqttpartitioned.testkit.TestBroker;
import io.github.mqttpartitioned.testkit.TestBrokers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.sql.streaming.StreamingQuery;
import org.apache.spark.sql.streaming.Trigger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Acknowledged only when Spark has committed the batch: never stuck, and a lost disk loses nothing.
 */
class ProcessedTest {

  private static final int PARTITIONS = 2;
  private static final BrokerOptions BROKER = BrokerOptions.DEFAULTS.maxQueued(0);
  private static final Duration DEADLINE = Duration.ofMinutes(3);

  @TempDir Path folder;

  private Job job(TestBroker broker, int qos) {
    return new Job(folder, broker.url())
        .option("partitions", PARTITIONS)
        .option("qos", qos)
        .option("ackMode", "processed");
  }

  private Job window(TestBroker broker, int qos, int receiveMaximum) {
    Soak.require(
        broker.supports(Feature.RECEIVE_MAXIMUM),
        "the embedded broker stops sending when a small Receive Maximum is used up");
    return job(broker, qos).option("receiveMaximum", receiveMaximum);
  }

  private static Map<Integer, Long> publish(TestBroker broker, int messages, int qos)
      throws InterruptedException {
    try (Load load = Load.start(broker.url(), 1, messages, qos, 0)) {
      return load.await();
    }
  }

  @ParameterizedTest(name = "QoS {0}")
  @ValueSource(ints = {1, 2})
  void windowFarSmallerThanTheLoadAndTheMinimum(int qos) throws Exception {
    int messages = 3_000;
    try (TestBroker broker = TestBrokers.start(BROKER)) {
      Job job = window(broker, qos, 50).option("minOffsetsPerTrigger", 1_000_000);
      StreamingQuery query = job.startConnected();
      try (Load load = Load.start(broker.url(), 1, messages, qos, 0)) {
        Arrived.await(query, messages / 3);
        query.stop();
        query = job.startConnected();
        Map<Integer, Long> sent = load.await();
        Arrived.awaitAll(query, job::rows, sent);
        query.stop();
        // What comes again over the stop is recognised by the store, at QoS 1 too.
        Arrived.check(job.rows(), sent, broker.keepsPacketIds());
        Arrived.checkOffsetsDense(job.rows(), PARTITIONS);
      }
    }
  }

  @Tag(Full.TAG)
  @ParameterizedTest(name = "QoS {0}")
  @ValueSource(ints = {1, 2})
  void windowOfOneMessage(int qos) throws Exception {
    try (TestBroker broker = TestBrokers.start(BROKER)) {
      Job job = window(broker, qos, 1);
      StreamingQuery query = job.startConnected();
      Map<Integer, Long> sent = publish(broker, 20, qos);
      Arrived.awaitAll(query, job::rows, sent);
      query.stop();
      Arrived.check(job.rows(), sent, broker.keepsPacketIds());
    }
  }

  @Tag(Full.TAG)
  @Test
  void brokerWithASmallerWindowOfItsOwn() throws Exception {
    BrokerOptions options = BROKER.maxInflight(20);
    Soak.require(TestBrokers.canStart(options), "no broker here has a window of its own to set");
    try (TestBroker broker = TestBrokers.start(options)) {
      Job job = job(broker, 1).option("minOffsetsPerTrigger", 1_000);
      StreamingQuery query = job.startConnected();
      Map<Integer, Long> sent = publish(broker, 100, 1);
      Arrived.awaitAll(query, job::rows, sent);
      query.stop();
      Arrived.check(job.rows(), sent, broker.keepsPacketIds());
    }
  }

  @Test
  void availableNowTakesAllThatTheBrokerHolds() throws Exception {
    try (TestBroker broker = TestBrokers.start(BROKER)) {
      Job job = window(broker, 1, 25).option("drainTimeout", "2s");
      job.startConnected().stop();
      Map<Integer, Long> sent = publish(broker, 200, 1);
      StreamingQuery query = job.start(Trigger.AvailableNow());
      assertThat(query.awaitTermination(DEADLINE.toMillis())).isTrue();
      Arrived.check(job.rows(), sent, broker.keepsPacketIds());
    }
  }

  @ParameterizedTest(name = "QoS {0}")
  @ValueSource(ints = {1, 2})
  void lostDiskLosesNothing(int qos) throws Exception {
    int messages = 200;
    try (TestBroker broker = TestBrokers.start(BROKER)) {
      Job job = job(broker, qos);
      job.startConnected().stop();
      // One batch at once, the next one in an hour: what comes meanwhile is stored and no more.
      StreamingQuery idle = job.start(Trigger.ProcessingTime("1 hour"));
      Await.until("the first trigger", DEADLINE, () -> idle.recentProgress().length > 0);
      Map<Integer, Long> sent = publish(broker, messages, qos);
      Await.until("stored messages", DEADLINE, () -> stored() == messages);
      idle.stop();
      delete(stores());
      StreamingQuery query = job.startConnected();
      Arrived.awaitAll(query, job::rows, sent);
      query.stop();
      Arrived.check(job.rows(), sent, broker.keepsPacketIds());
    }
  }

  @Tag(Full.TAG)
  @Test
  void killedQueryGoesOnWhereItWas() throws Exception {
    int messages = 6_000;
    try (TestBroker broker = TestBrokers.start(BROKER)) {
      Job job = window(broker, 2, 1_000);
      job.startConnected().stop();
      try (Load load = Load.start(broker.url(), 1, messages, 2, 1_000)) {
        try (ChildJvm child =
            ChildJvm.of(
                    QueryProcess.class,
                    folder.toString(),
                    broker.url(),
                    String.valueOf(PARTITIONS),
                    "2")
                .option("-Xmx1g")
                .option("-Dtest.ackMode=processed")
                .start()) {
          child.awaitLine("processed [1-9].*", DEADLINE);
          child.kill9();
        }
        Map<Integer, Long> sent = load.await();
        StreamingQuery query = job.startConnected();
        Arrived.awaitAll(query, job::rows, sent);
        query.stop();
        Arrived.check(job.rows(), sent, broker.keepsPacketIds());
        Arrived.checkOffsetsDense(job.rows(), PARTITIONS);
      }
    }
  }

  private Path stores() {
    return new Job(folder, "").checkpoint().resolve("sources/0/stores");
  }

  private static List<Path> files(Path directory) {
    try (Stream<Path> files = Files.walk(directory)) {
      return files.sorted(Comparator.reverseOrder()).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Messages that the members of the running query have stored. */
  private long stored() {
    String sourceId =
        files(stores().getParent()).stream()
            .filter(file -> file.getFileName().toString().matches("source\\.\\d+\\.json"))
            .map(ProcessedTest::read)
            .map(json -> json.replaceFirst(".*\"sourceId\":\"(\\w+)\".*", "$1"))
            .findFirst()
            .orElseThrow();
    return IntStream.range(0, PARTITIONS)
        .mapToLong(p -> Node.ofThisJvm().status(sourceId, p).extent().next())
        .sum();
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void delete(Path directory) throws IOException {
    for (Path file : files(directory)) {
      Files.delete(file);
    }
  }
}
