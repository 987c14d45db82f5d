// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.benchmark.read;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.Writer;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import kafka.tools.StorageTool;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.utils.Time;

/**
 * The same messages in a Kafka broker of this JVM, one node, no replication: topic as key, payload
 * as value, as many partitions.
 */
final class KafkaBacklog implements AutoCloseable {

  static final String TOPIC = "backlog";

  private static final String HOST = "127.0.0.1";
  private static final int BATCH_BYTES = 256 << 10;

  private final KafkaRaftServer server;
  private final String bootstrap;

  private KafkaBacklog(KafkaRaftServer server, String bootstrap) {
    this.server = server;
    this.bootstrap = bootstrap;
  }

  /** Starts the broker and writes the backlog. */
  static KafkaBacklog start(Backlog backlog, Path directory) throws Exception {
    int port = freePort();
    int controllerPort = freePort();
    Properties properties = new Properties();
    properties.putAll(
        Map.ofEntries(
            Map.entry("process.roles", "broker,controller"),
            Map.entry("node.id", "1"),
            Map.entry("controller.quorum.voters", "1@" + HOST + ":" + controllerPort),
            Map.entry(
                "listeners",
                "PLAINTEXT://%s:%d,CONTROLLER://%s:%d".formatted(HOST, port, HOST, controllerPort)),
            Map.entry("controller.listener.names", "CONTROLLER"),
            Map.entry("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT"),
            Map.entry("inter.broker.listener.name", "PLAINTEXT"),
            Map.entry("log.dirs", directory.resolve("log").toString()),
            Map.entry("offsets.topic.replication.factor", "1"),
            Map.entry("offsets.topic.num.partitions", "1")));
    format(properties, directory);
    KafkaRaftServer server = new KafkaRaftServer(new KafkaConfig(properties), Time.SYSTEM);
    KafkaBacklog kafka = new KafkaBacklog(server, HOST + ":" + port);
    try {
      server.startup();
      kafka.write(backlog);
      return kafka;
    } catch (Exception e) {
      kafka.close();
      throw e;
    }
  }

  private static void format(Properties properties, Path directory) throws IOException {
    Path file = directory.resolve("server.properties");
    try (Writer writer = Files.newBufferedWriter(file, StandardCharsets.UTF_8)) {
      properties.store(writer, null);
    }
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    int code =
        StorageTool.execute(
            new String[] {"format", "-t", Uuid.randomUuid().toString(), "-c", file.toString()},
            new PrintStream(said, true, StandardCharsets.UTF_8));
    if (code != 0) {
      throw new IOException(
          "Kafka's storage was not made: " + said.toString(StandardCharsets.UTF_8));
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private void write(Backlog backlog) throws Exception {
    Map<String, Object> settings =
        Map.of("bootstrap.servers", bootstrap, "linger.ms", "20", "batch.size", BATCH_BYTES);
    try (Admin admin = Admin.create(settings)) {
      admin.createTopics(List.of(new NewTopic(TOPIC, backlog.partitions(), (short) 1))).all().get();
    }
    AtomicReference<Exception> failure = new AtomicReference<>();
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
      for (int partition = 0; partition < backlog.partitions(); partition++) {
        for (long row = 0; row < backlog.rowsPerPartition(); row++) {
          Future<RecordMetadata> unused =
              producer.send(
                  new ProducerRecord<>(TOPIC, partition, backlog.topic(row), backlog.payload()),
                  (sent, e) -> {
                    if (e != null) {
                      failure.set(e);
                    }
                  });
        }
      }
    }
    if (failure.get() != null) {
      throw failure.get();
    }
  }

  /** What clients connect to. */
  String bootstrap() {
    return bootstrap;
  }

  @Override
  public void close() {
    server.shutdown();
    server.awaitShutdown();
  }
}
