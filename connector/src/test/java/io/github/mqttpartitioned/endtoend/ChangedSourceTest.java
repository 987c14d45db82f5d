// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.endtoend;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.testkit.Await;
import io.github.mqttpartitioned.testkit.BrokerOptions;
import io.github.mqttpartitioned.testkit.Feature;
import io.github.mqttpartitioned.testkit.Publisher;
import io.github.mqttpartitioned.testkit.Scheme;
import io.github.mqttpartitioned.testkit.TestBroker;
import io.github.mqttpartitioned.testkit.TestBrokers;
import io.github.mqttpartitioned.testkit.TestCertificates;
import java.io.File;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.apache.commons.io.FileUtils;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.streaming.StreamingQuery;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Another number of partitions, other topics, other brokers on a checkpoint that is in use. */
class ChangedSourceTest {

  private static final Duration DEADLINE = Duration.ofSeconds(60);

  @TempDir Path folder;
  private int published;

  private void publish(TestBroker broker, String topic, int messages) {
    try (Publisher publisher = Publisher.to(broker.url()).connect()) {
      for (int i = 0; i < messages; i++) {
        publisher.publish(topic + "/" + i, ("message " + published++).getBytes(UTF_8), 2);
      }
      publisher.awaitAcknowledged(DEADLINE);
    }
  }

  private static List<String> payloads(Job job) {
    return job.rows().selectExpr("cast(payload as string)").collectAsList().stream()
        .map(row -> row.getString(0))
        .toList();
  }

  private static Set<Integer> partitions(Job job, int fromMessage) {
    Set<Integer> partitions = new TreeSet<>();
    for (Row row :
        job.rows()
            .selectExpr("partition", "cast(substring(cast(payload as string), 9) as int) m")
            .filter("m >= " + fromMessage)
            .collectAsList()) {
      partitions.add(row.getInt(0));
    }
    return partitions;
  }

  /** Which members were given messages, where the broker shares them out one by one. */
  private static void checkPartitions(
      TestBroker broker, Job job, int fromMessage, Integer... expected) {
    if (broker.supports(Feature.QUEUE_PER_SESSION)) {
      assertThat(partitions(job, fromMessage)).containsExactly(expected);
    }
  }

  private void runUntilAllArrived(Job job) throws Exception {
    StreamingQuery query = job.startConnected();
    awaitArrived(query, job, published);
    query.stop();
  }

  /** Waits for different messages: some brokers deliver some of them twice. */
  private static void awaitArrived(StreamingQuery query, Job job, int messages) {
    Arrived.await(query, messages);
    Await.until(
        messages + " messages",
        DEADLINE,
        () -> Set.copyOf(payloads(job)).size() >= messages || query.exception().isDefined());
  }

  /** Each message once; at least once where the broker repeats some under other packet ids. */
  private static List<String> arrived(TestBroker broker, Job job) {
    List<String> payloads = payloads(job);
    return broker.keepsPacketIds() ? payloads : payloads.stream().distinct().toList();
  }

  private void checkAllOnce(TestBroker broker, Job job) {
    assertThat(arrived(broker, job))
        .containsExactlyInAnyOrderElementsOf(
            IntStream.range(0, published).mapToObj(i -> "message " + i).toList());
  }

  @ParameterizedTest
  @ValueSource(strings = {"stored", "processed"})
  void fewerPartitionsAndThenMore(String ackMode) throws Exception {
    try (TestBroker broker = TestBrokers.start(BrokerOptions.DEFAULTS.maxQueued(0))) {
      Job job =
          new Job(folder, broker.url())
              .option("qos", 2)
              .option("ackMode", ackMode)
              .option("receiveMaximum", broker.supports(Feature.RECEIVE_MAXIMUM) ? 50 : 1_000)
              .option("drainTimeout", "1s")
              .option("partitions", 4);
      job.startConnected().stop();
      // For the sessions of all four.
      publish(broker, "test", 400);
      runUntilAllArrived(job.option("partitions", 2));
      checkAllOnce(broker, job);
      checkPartitions(broker, job, 0, 0, 1, 2, 3);

      int second = published;
      publish(broker, "test", 100);
      runUntilAllArrived(job);
      checkAllOnce(broker, job);
      checkPartitions(broker, job, second, 0, 1);

      job.option("partitions", 5).startConnected().stop();
      int third = published;
      publish(broker, "test", 100);
      runUntilAllArrived(job);
      checkAllOnce(broker, job);
      checkPartitions(broker, job, third, 0, 1, 2, 3, 4);
      if (broker.supports(Feature.QUEUE_PER_SESSION)) {
        Arrived.checkOffsetsDense(job.rows(), 5);
      }
    }
  }

  @Test
  void otherTopics() throws Exception {
    try (TestBroker broker = TestBrokers.start(BrokerOptions.DEFAULTS.maxQueued(0))) {
      Job job = new Job(folder, broker.url()).option("qos", 2).option("partitions", 2);
      job.startConnected().stop();
      publish(broker, "test", 50);
      job.option("topics", "test/1,other/#");
      runUntilAllArrived(job);
      checkAllOnce(broker, job);

      StreamingQuery query = job.startConnected();
      publish(broker, "other", 50);
      int before = published;
      // Nobody asks for these any more but for one.
      publish(broker, "test", 10);
      awaitArrived(query, job, before + 1);
      query.stop();
      assertThat(arrived(broker, job))
          .hasSize(before + 1)
          .doesNotHaveDuplicates()
          .contains("message " + (before + 1))
          .doesNotContain("message " + before);
    }
  }

  /** The client ids follow from the group and from the checkpoint's place. */
  @Test
  void deletedCheckpointOfAGroupLosesNothingThatItsSessionsHold() throws Exception {
    try (TestBroker broker = TestBrokers.start(BrokerOptions.DEFAULTS.maxQueued(0))) {
      Job job =
          new Job(folder, broker.url())
              .option("group", "etl")
              .option("qos", 2)
              .option("partitions", 2);
      job.startConnected().stop();
      publish(broker, "test", 5_000);
      FileUtils.deleteDirectory(job.checkpoint().toFile());
      FileUtils.deleteDirectory(new File(job.output()));
      StreamingQuery query = job.startConnected();
      publish(broker, "test", 5_000);
      awaitArrived(query, job, published);
      query.stop();
      checkAllOnce(broker, job);
    }
  }

  @Test
  void brokerThatHasMovedFromTcpToTls() throws Exception {
    TestCertificates certificates = TestCertificates.in(folder);
    BrokerOptions options = BrokerOptions.DEFAULTS.maxQueued(0).tls(certificates);
    try (TestBroker broker = TestBrokers.start(options)) {
      Job job = new Job(folder, broker.url()).option("qos", 2).option("partitions", 2);
      job.startConnected().stop();
      publish(broker, "test", 50);
      job.option("brokerUrl", broker.url(Scheme.SSL))
          .option("ssl.truststore.location", certificates.server().truststore())
          .option("ssl.truststore.password", TestCertificates.PASSWORD);
      assertThat(Job.failure(job.start(), DEADLINE).cause())
          .hasMessageContaining("give formerBrokerUrl=" + broker.url() + ", too");

      job.option("formerBrokerUrl", broker.url());
      runUntilAllArrived(job);
      // It stays among the options.
      publish(broker, "test", 50);
      runUntilAllArrived(job);
      checkAllOnce(broker, job);
      assertThat(job.rows().select("broker").distinct().collectAsList())
          .containsExactly(RowFactory.create(broker.url(Scheme.SSL)));
    }
  }

  @Test
  void otherBrokersAreRefused() throws Exception {
    try (TestBroker broker = TestBrokers.start()) {
      Job job = new Job(folder, broker.url()).option("partitions", 2);
      job.startConnected().stop();
      StreamingQuery query = job.option("brokerUrl", "tcp://127.0.0.1:1").start();
      assertThat(Job.failure(query, DEADLINE).cause())
          .hasMessageContaining("brokerUrl was " + broker.url() + ", given is tcp://127.0.0.1:1");
    }
  }
}
