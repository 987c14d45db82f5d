// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.endtoend;

import static org.apache.spark.sql.functions.expr;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.sparkplug.TahuPayload;
import io.github.mqttpartitioned.testkit.Await;
import io.github.mqttpartitioned.testkit.BrokerOptions;
import io.github.mqttpartitioned.testkit.ChildJvm;
import io.github.mqttpartitioned.testkit.Full;
import io.github.mqttpartitioned.testkit.Publisher;
import io.github.mqttpartitioned.testkit.Seeded;
import io.github.mqttpartitioned.testkit.Soak;
import io.github.mqttpartitioned.testkit.SparkRuntime;
import io.github.mqttpartitioned.testkit.TestBroker;
import io.github.mqttpartitioned.testkit.TestBrokers;
import java.io.File;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.eclipse.tahu.SparkplugException;
import org.eclipse.tahu.message.model.MetricDataType;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Edge nodes with a device each that are born again and again, each time with other aliases, over
 * four members, while the query and its members are killed or stopped and started again. The value
 * of a metric says which metric it is.
 */
@Tag(Full.TAG)
class SparkplugNamesSoakTest {

  /** Of an edge node with its device. The first ones are those of the edge node itself. */
  private static final int METRICS = 10;

  private static final int METRICS_OF_THE_NODE = 5;
  private static final int METRICS_OF_A_MESSAGE = 3;

  /** Digits of a value: the number of the message, the metric, the session, the edge node. */
  private static final int MOST_MESSAGES = 1_000;

  private static final int MOST_SESSIONS = 200;

  private static final Duration PATIENCE = Duration.ofMinutes(10);

  /** By value, what a row is to say. Metrics with odd numbers have negative values. */
  private static final String NUMBER = "abs(metric.long_value) div " + MOST_MESSAGES;

  private static final String EXPECTED_NAME =
      "concat_ws('/', node, number div %d %% %d, number %% %d)"
          .formatted(METRICS, MOST_SESSIONS, METRICS);
  private static final String EXPECTED_NODE =
      "concat('n', number div %d)".formatted(METRICS * MOST_SESSIONS);
  private static final String EXPECTED_TYPE = "if(number % 2 = 0, 'Int64', 'Int32')";

  @TempDir Path folder;

  /**
   * How much there is.
   *
   * @param messages with data of each edge node in each of its sessions
   */
  private record Size(int nodes, int sessions, int messages) {
    Size {
      assertThat(sessions).isBetween(1, MOST_SESSIONS);
      assertThat(messages).isBetween(1, MOST_MESSAGES - 1);
    }
  }

  @Test
  void metricsHaveTheirNamesHoweverOftenTheQueryIsKilled() {
    Seeded.run(1, random -> run(new Size(50, 2, 20), random));
  }

  /** {@code -Dsoak.nodes}, {@code -Dsoak.rounds} and {@code -Dsoak.messages} set another size. */
  @Tag(Soak.TAG)
  @Test
  void metricsOfManyNodesHaveTheirNames() {
    Size size =
        new Size(
            Integer.getInteger("soak.nodes", 1_000),
            Soak.rounds(5),
            Integer.getInteger("soak.messages", 30));
    Seeded.run(1, random -> run(size, random));
  }

  private void run(Size size, Random random) throws Exception {
    BrokerOptions options = BrokerOptions.DEFAULTS.persistence(true).maxQueued(0);
    try (TestBroker broker = TestBrokers.start(options);
        Restarted query = new Restarted(broker, random);
        Publisher publisher =
            Publisher.to(broker.url()).reconnecting(true).patience(PATIENCE).connect()) {
      for (int session = 0; session < size.sessions(); session++) {
        List<List<Integer>> aliases = aliases(size.nodes(), random);
        query.restartOnceIn(size.nodes());
        for (int node : shuffled(size.nodes(), random)) {
          if (session > 0) {
            publisher.publish(topic("NDEATH", node), death(session - 1), 1);
          }
          publisher.publish(topic("NBIRTH", node), birth(node, session, aliases.get(node)), 1);
          query.published();
          publisher.publish(
              topic("DBIRTH", node), deviceBirth(node, session, aliases.get(node)), 1);
        }
        publisher.awaitAcknowledged(PATIENCE);
        awaitCount(query, "[ND]BIRTH", size.nodes() * METRICS * (session + 1));
        query.restartOnceIn(size.nodes() * size.messages());
        for (int message = 1; message <= size.messages(); message++) {
          for (int node : shuffled(size.nodes(), random)) {
            boolean isOfDevice = random.nextBoolean();
            byte[] data = data(node, isOfDevice, session, message, aliases.get(node), random);
            publisher.publish(topic(isOfDevice ? "DDATA" : "NDATA", node), data, 1);
            query.published();
          }
        }
        publisher.awaitAcknowledged(PATIENCE);
        int values = size.nodes() * size.messages() * METRICS_OF_A_MESSAGE;
        awaitCount(query, "[ND]DATA", values * (session + 1));
        System.out.printf("Session %d of %d: %s%n", session + 1, size.sessions(), query);
      }
      checkNames(query, size.sessions());
    }
  }

  private static String topic(String type, int node) {
    return "spBv1.0/plant/" + type + "/n" + node + (type.startsWith("D") ? "/device" : "");
  }

  private static List<Integer> shuffled(int count, Random random) {
    List<Integer> numbers = IntStream.range(0, count).boxed().collect(Collectors.toList());
    Collections.shuffle(numbers, random);
    return numbers;
  }

  private static List<List<Integer>> aliases(int nodes, Random random) {
    return IntStream.range(0, nodes).mapToObj(node -> shuffled(METRICS, random)).toList();
  }

  /** By the edge nodes' clocks, all of which agree. */
  private static long millis(int session, int message) {
    return 1_700_000_000_000L + session * 100_000L + message;
  }

  /** Message 0 is the NBIRTH, 1 the DBIRTH; the data follow. */
  private static TahuPayload payload(int session, int message) {
    return new TahuPayload(millis(session, message), message & 0xFF);
  }

  private static byte[] birth(int node, int session, List<Integer> aliases)
      throws SparkplugException {
    TahuPayload payload =
        payload(session, 0).named("bdSeq", MetricDataType.Int64, (long) (session & 0xFF));
    return bear(payload, 0, METRICS_OF_THE_NODE, node, session, aliases);
  }

  private static byte[] deviceBirth(int node, int session, List<Integer> aliases)
      throws SparkplugException {
    return bear(payload(session, 1), METRICS_OF_THE_NODE, METRICS, node, session, aliases);
  }

  private static byte[] bear(
      TahuPayload payload, int from, int until, int node, int session, List<Integer> aliases)
      throws SparkplugException {
    for (int metric = from; metric < until; metric++) {
      String name = "n%d/%d/%d".formatted(node, session, metric);
      payload.born(name, aliases.get(metric), type(metric), value(node, session, metric, 0));
    }
    return payload.birth();
  }

  private static byte[] death(int session) throws SparkplugException {
    return new TahuPayload(1, -1)
        .named("bdSeq", MetricDataType.Int64, (long) (session & 0xFF))
        .birth();
  }

  private static byte[] data(
      int node, boolean isOfDevice, int session, int message, List<Integer> aliases, Random random)
      throws SparkplugException {
    TahuPayload payload = payload(session, message + 1);
    int first = isOfDevice ? METRICS_OF_THE_NODE : 0;
    for (int i : shuffled(METRICS_OF_THE_NODE, random).subList(0, METRICS_OF_A_MESSAGE)) {
      int metric = first + i;
      Object value = value(node, session, metric, message);
      payload.aliased(aliases.get(metric), type(metric), value);
    }
    return payload.data();
  }

  private static MetricDataType type(int metric) {
    return metric % 2 == 0 ? MetricDataType.Int64 : MetricDataType.Int32;
  }

  /** Only the data type of the BIRTH tells that an Int32 is negative. */
  private static Object value(int node, int session, int metric, int message) {
    int number = (node * MOST_SESSIONS + session) * METRICS + metric;
    int value = Math.addExact(Math.multiplyExact(number, MOST_MESSAGES), message);
    return metric % 2 == 0 ? (Object) (long) value : (Object) (-value);
  }

  /**
   * @param type as a regular expression
   */
  private static void awaitCount(Restarted query, String type, int expected) {
    Await.until(
        expected + " values of " + type,
        PATIENCE,
        () -> {
          assertThat(query.isAlive()).as(query::describe).isTrue();
          return count(query, type) == expected;
        });
  }

  /** At QoS 1 a message may come twice. */
  private static long count(Restarted query, String type) {
    return query.hasRows()
        ? metrics(query)
            .where(expr("type rlike '" + type + "' and coalesce(metric.name, '') <> 'bdSeq'"))
            .select("metric.long_value")
            .distinct()
            .count()
        : 0;
  }

  private static Dataset<Row> metrics(Restarted query) {
    return query
        .rows()
        .selectExpr(
            "sparkplug.edge_node_id as node",
            "sparkplug.message_type as type",
            "sparkplug.birth as birth",
            "explode(sparkplug.metrics) as metric");
  }

  private static void checkNames(Restarted query, int sessions) {
    Dataset<Row> data =
        metrics(query)
            .where("type in ('NDATA', 'DDATA')")
            .withColumn("number", expr(NUMBER))
            .selectExpr(
                "*",
                EXPECTED_NAME + " as name",
                EXPECTED_NODE + " as sender",
                EXPECTED_TYPE + " as datatype");
    List<Row> wrong =
        data.where(
                """
                not (metric.name <=> name and node <=> sender and metric.datatype <=> datatype
                  and birth in ('known', 'uncertain', 'ended'))\
                """)
            .takeAsList(5);
    assertThat(wrong).as("values that are not named rightly").isEmpty();
    assertThat(query.restarts()).as("restarts").isEqualTo(2 * sessions);
    System.out.printf(
        "All named rightly: %s%n", data.groupBy("birth").count().orderBy("birth").collectAsList());
  }

  /** A query that is killed or stopped now and then, and started again from its checkpoint. */
  private final class Restarted implements AutoCloseable {
    private final TestBroker broker;
    private final Random random;
    private QueryChild child;
    private int left = -1;
    private int kills;
    private int stops;

    Restarted(TestBroker broker, Random random) {
      this.broker = broker;
      this.random = random;
      child = start();
      // The sessions must be there before the first message is.
      child.process().awaitLine("processed", PATIENCE);
    }

    private QueryChild start() {
      return QueryChild.start(
          ChildJvm.of(SparkplugProcess.class, folder.toString(), broker.url())
              .runtime(SparkRuntime.chosen())
              .heapMiB(1024));
    }

    /** Has one of the next messages end the query. */
    void restartOnceIn(int messages) {
      left = random.nextInt(messages);
    }

    /** Says that one more message is published. */
    void published() {
      if (left-- == 0) {
        if (random.nextBoolean()) {
          child.kill9();
          kills++;
        } else {
          child.process().stop();
          stops++;
        }
        child.close();
        child = start();
      }
    }

    int restarts() {
      return kills + stops;
    }

    boolean isAlive() {
      return child.process().isAlive();
    }

    String describe() {
      return child.process().describe();
    }

    /** Whether the sink has committed a batch. */
    boolean hasRows() {
      File[] batches = Path.of(job().output(), "_spark_metadata").toFile().listFiles();
      return batches != null
          && Stream.of(batches).anyMatch(batch -> !batch.getName().startsWith("."));
    }

    Dataset<Row> rows() {
      return job().rows();
    }

    private Job job() {
      return SparkplugProcess.job(folder, broker.url());
    }

    @Override
    public String toString() {
      return "killed %d times, stopped %d times".formatted(kills, stops);
    }

    @Override
    public void close() {
      child.close();
    }
  }
}
