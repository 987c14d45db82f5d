// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark;

import static org.apache.spark.sql.functions.count;

import io.github.mqttpartitioned.option.settings.PayloadType;
import io.github.mqttpartitioned.spark.read.FakeSource;
import io.github.mqttpartitioned.spark.read.TestMessage;
import io.github.mqttpartitioned.spark.read.TestMessage.Properties;
import io.github.mqttpartitioned.spark.stream.FakeNode;
import io.github.mqttpartitioned.spark.vector.MqttColumns;
import io.github.mqttpartitioned.testkit.Spark;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.streaming.StreamingQuery;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/**
 * The source within a real Spark, its stores in memory. The blocks that a task has read are
 * overwritten as soon as its reader moves on: whatever Spark keeps of a row must be its own copy.
 */
public abstract class SourceSparkFixture {

  static SparkSession spark;

  @TempDir Path temp;
  public String group;
  public FakeNode node;
  final long seed = System.nanoTime();
  public final Random random = new Random(seed);
  final List<Row> expected = new ArrayList<>();
  final long[] next = new long[2];

  @BeforeAll
  static void startSpark() {
    spark = Spark.session().newSession();
    spark.conf().set("spark.sql.shuffle.partitions", 1);
    spark.conf().set("spark.sql.datetime.java8API.enabled", true);
  }

  @BeforeEach
  void newSource(TestInfo test) {
    // Surefire may run a test again in the same JVM: its node is a new one.
    group = test.getDisplayName().replaceAll("[^A-Za-z0-9]", "-") + seed;
    node = FakeSource.node(group);
    System.out.println(test.getDisplayName() + ": seed " + seed);
  }

  void append(int partition, int count) {
    List<TestMessage> messages = TestMessage.random(random, count, true);
    node.append(partition, messages);
    for (TestMessage message : messages) {
      expected.add(row(message, partition, next[partition]++));
    }
  }

  /** Blocks of 1 to 40 messages in both partitions. */
  void appendSome() {
    for (int i = 0; i < 12; i++) {
      append(random.nextInt(2), 1 + random.nextInt(40));
    }
  }

  static Row row(TestMessage message, int partition, long offset) {
    Properties properties = message.properties();
    return RowFactory.create(
        message.topic(),
        message.payload(),
        partition,
        offset,
        Instant.EPOCH.plus(message.receivedMicros(), ChronoUnit.MICROS),
        message.qos(),
        message.retained(),
        message.duplicate(),
        TestMessage.BROKER,
        properties.contentType(),
        properties.payloadIsUtf8(),
        properties.responseTopic(),
        properties.correlationData(),
        properties.messageExpiryInterval(),
        properties.userProperties().isEmpty()
            ? null
            : properties.userProperties().stream()
                .map(pair -> RowFactory.create(pair.get(0), pair.get(1)))
                .toList()
                .toArray());
  }

  Dataset<Row> messages(String... options) {
    var reader =
        spark
            .readStream()
            .format(FakeSource.class.getName())
            .option("brokerUrl", "tcp://broker:1883")
            .option("topics", "sensor/#")
            .option("partitions", "2")
            .option("drainTimeout", "1ms")
            .option("includeProperties", "true")
            .option("group", group);
    for (int i = 0; i < options.length; i += 2) {
      reader = reader.option(options[i], options[i + 1]);
    }
    return reader.load();
  }

  StreamingQuery start(Dataset<Row> rows, String table, String mode) throws Exception {
    return rows.writeStream()
        .format("memory")
        .queryName(table)
        .outputMode(mode)
        .option("checkpointLocation", temp.resolve("checkpoint").toString())
        .start();
  }

  static List<String> sorted(Dataset<Row> rows) {
    return rows.toJSON().collectAsList().stream().sorted().toList();
  }

  Dataset<Row> expectedRows() {
    return spark.createDataFrame(
        expected, new MqttColumns(PayloadType.BINARY, true, List.of()).schema());
  }
}
