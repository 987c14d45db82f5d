// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.sink;

import static org.apache.spark.sql.functions.col;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.mqttpartitioned.testkit.Await;
import io.github.mqttpartitioned.testkit.MqttProperties;
import io.github.mqttpartitioned.testkit.Packet;
import io.github.mqttpartitioned.testkit.PacketType;
import io.github.mqttpartitioned.testkit.Packets;
import io.github.mqttpartitioned.testkit.ScriptedBroker;
import io.github.mqttpartitioned.testkit.ScriptedConnection;
import io.github.mqttpartitioned.testkit.Spark;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.streaming.StreamingQuery;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a sink keeps from one batch to the next, and what it gives up. */
@Timeout(180)
class SinkAcrossBatchesTest {

  private static final Duration DEADLINE = Duration.ofSeconds(60);

  private final SparkSession spark = Spark.session();

  @TempDir Path folder;

  @Test
  void passwordFileThatIsAwayForAMomentDoesNotFailAQueryThatIsConnected() throws Exception {
    Path file = Files.writeString(folder.resolve("password"), "secret");
    Path input = Files.createDirectory(folder.resolve("input"));
    add(input, "1.txt");
    try (ScriptedBroker broker = ScriptedBroker.start(SinkAcrossBatchesTest::confirming)) {
      StreamingQuery query =
          spark
              .readStream()
              .text(input.toString())
              .select(col("value").as("payload"))
              .coalesce(1)
              .writeStream()
              .format("mqtt-partitioned")
              .option("topic", "a")
              .option("username", "user")
              .option("passwordFile", file.toString())
              .option("checkpointLocation", folder.resolve("checkpoint").toString())
              .start(broker.url());
      try {
        query.processAllAvailable();
        Files.delete(file);
        add(input, "2.txt");
        query.processAllAvailable();
        assertThat(query.lastProgress().sink().metrics()).containsEntry("messagesConfirmed", "2");
      } finally {
        query.stop();
      }
    }
  }

  /** Whole: Spark takes a file as it finds it. */
  private static void add(Path input, String name) throws Exception {
    Files.move(Files.writeString(input.resolve("." + name), "row\n"), input.resolve(name));
  }

  /** As foreachBatch does: each write has another query id. */
  @Test
  void batchWritesShareTheirConnections() {
    try (ScriptedBroker broker = ScriptedBroker.start(SinkAcrossBatchesTest::confirming)) {
      for (int batch = 0; batch < 3; batch++) {
        save(rows(10), broker.url());
      }
      assertThat(broker.connections()).isEqualTo(1);
    }
  }

  @Test
  void killedTaskLeavesTheBrokerAndTheNextOneIsNotHeldUp() throws Exception {
    CompletableFuture<Void> published = new CompletableFuture<>();
    CompletableFuture<Packet> left = new CompletableFuture<>();
    try (ScriptedBroker broker =
        ScriptedBroker.start(
            connection -> {
              if (connection.number() > 0) {
                confirming(connection);
                return;
              }
              connection.accept(false, MqttProperties.NONE);
              connection.expect(PacketType.PUBLISH);
              published.complete(null);
              left.complete(connection.expect(PacketType.DISCONNECT));
            })) {
      CompletableFuture<Void> write =
          CompletableFuture.runAsync(
              () -> {
                spark.sparkContext().setJobGroup("killed", "a write that is killed", true);
                save(rows(1), broker.url());
              });
      published.get(DEADLINE.toSeconds(), TimeUnit.SECONDS);
      spark.sparkContext().cancelJobGroup("killed");
      assertThatThrownBy(() -> write.get(DEADLINE.toSeconds(), TimeUnit.SECONDS))
          .isInstanceOf(ExecutionException.class)
          .hasStackTraceContaining("cancelled");
      left.get(DEADLINE.toSeconds(), TimeUnit.SECONDS);
      save(rows(10), broker.url());
      Await.until("another connection", DEADLINE, () -> broker.connections() == 2);
    }
  }

  private Dataset<Row> rows(int count) {
    return spark.range(0, count, 1, 1).select(col("id").cast("string").as("payload"));
  }

  private static void save(Dataset<Row> rows, String url) {
    rows.write().format("mqtt-partitioned").mode("append").options(Map.of("topic", "a")).save(url);
  }

  /** Accepts, and confirms each message of QoS 1 until the client leaves. */
  private static void confirming(ScriptedConnection connection) {
    connection.accept(false, MqttProperties.NONE);
    for (Packet packet = connection.readPacket(DEADLINE);
        packet.type() == PacketType.PUBLISH;
        packet = connection.readPacket(DEADLINE)) {
      connection.send(Packets.acknowledgement(PacketType.PUBACK, packet.publish().packetId()));
    }
  }
}
