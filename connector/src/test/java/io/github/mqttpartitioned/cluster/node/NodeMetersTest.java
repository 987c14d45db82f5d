// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.cluster.node;

import static io.github.mqttpartitioned.testkit.PacketType.CONNECT;
import static io.github.mqttpartitioned.testkit.PacketType.PUBACK;
import static io.github.mqttpartitioned.testkit.PacketType.PUBCOMP;
import static io.github.mqttpartitioned.testkit.PacketType.PUBREC;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.cluster.NodeAddress;
import io.github.mqttpartitioned.cluster.PartitionAssignment;
import io.github.mqttpartitioned.option.settings.SourceSettings;
import io.github.mqttpartitioned.receiver.Progress;
import io.github.mqttpartitioned.testkit.Await;
import io.github.mqttpartitioned.testkit.MqttProperties;
import io.github.mqttpartitioned.testkit.Packets;
import io.github.mqttpartitioned.testkit.Samples;
import io.github.mqttpartitioned.testkit.ScriptedBroker;
import io.github.mqttpartitioned.testkit.ScriptedConnection;
import io.github.mqttpartitioned.testkit.TestSettings;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Metrics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every meter of a partition against a broker of which every packet is known. */
class NodeMetersTest {

  private static final Duration DEADLINE = Duration.ofSeconds(30);
  private static final String SOURCE = "50c4ce";
  private static final PartitionAssignment ASSIGNMENT =
      new PartitionAssignment(0, "localhost", 0, 0, false);
  private static final String PAYLOAD = "0123456789";
  private static final int SERVER_BUSY = 0x89;

  /** Topic with its length, packet id, length of no properties, payload. */
  private static final int PACKET_BYTES = 2 + 6 + 2 + 1 + 10;

  @TempDir Path folder;

  private final Node node = new Node(new NodeAddress("test-node", "localhost", 0));

  @Test
  void metersMoveWithMessagesRedeliveriesACutConnectionARefusalAndATrim() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    CountDownLatch cut = new CountDownLatch(1);
    CountDownLatch reconnect = new CountDownLatch(1);
    SimpleMeterRegistry users = new SimpleMeterRegistry();
    Metrics.addRegistry(users);
    try (ScriptedBroker broker =
        ScriptedBroker.inOrder(
            connection -> {
              ready(connection, false);
              connection.send(publish(2, 1), publish(2, 2), publish(2, 3));
              connection.expectAcknowledgement(PUBREC, 1);
              connection.expectAcknowledgement(PUBREC, 2);
              connection.expectAcknowledgement(PUBREC, 3);
              release.await();
              connection.send(Packets.pubrel(1));
              connection.expectAcknowledgement(PUBCOMP, 1);
              cut.await();
              connection.cut();
            },
            connection -> {
              connection.expect(CONNECT);
              connection.send(Packets.connack(false, SERVER_BUSY, MqttProperties.NONE));
            },
            connection -> {
              reconnect.await();
              ready(connection, true);
              connection.send(
                  Packets.publish(
                      "test/t", PAYLOAD.getBytes(UTF_8), 2, 2, true, false, MqttProperties.NONE),
                  publish(1, 7));
              connection.expectAcknowledgement(PUBREC, 2);
              connection.expectAcknowledgement(PUBACK, 7);
            })) {
      node.assign(settings(broker.url()).build(), ASSIGNMENT);

      await("mqtt_source_inflight_messages", 3);
      await("mqtt_source_acks_total", 3);
      await("mqtt_source_connected", 1);
      assertThat(value("mqtt_source_received_messages_total")).isEqualTo(3);
      assertThat(value("mqtt_source_received_bytes_total")).isEqualTo(3 * PACKET_BYTES);
      assertThat(value("mqtt_source_stored_messages_total")).isEqualTo(3);
      assertThat(value("mqtt_source_reconnects_total")).isZero();
      assertThat(value("mqtt_source_refusals_total")).isZero();
      assertThat(value("mqtt_source_store_bytes")).isPositive();
      assertThat(value("mqtt_source_store_max_bytes")).isEqualTo(16 << 20);
      release.countDown();
      await("mqtt_source_inflight_messages", 2);
      await("mqtt_source_acks_total", 4);

      cut.countDown();
      await("mqtt_source_connected", 0);
      await("mqtt_source_refusals_total", 1);
      reconnect.countDown();
      await("mqtt_source_connected", 1);
      await("mqtt_source_acks_total", 6);
      assertThat(value("mqtt_source_reconnects_total")).isEqualTo(1);
      assertThat(value("mqtt_source_duplicates_total")).isEqualTo(1);
      assertThat(value("mqtt_source_received_messages_total")).isEqualTo(5);
      assertThat(value("mqtt_source_received_bytes_total")).isEqualTo(5 * PACKET_BYTES);
      assertThat(value("mqtt_source_stored_messages_total")).isEqualTo(4);
      assertThat(value("mqtt_source_trimmed_messages_total")).isZero();
      assertThat(value("mqtt_source_dead_letters_messages_total")).isZero();

      double appends = value("mqtt_source_append_seconds_count");
      assertThat(appends).isBetween(3.0, 6.0);
      assertThat(value("mqtt_source_append_seconds_sum")).isBetween(0.000_001, 30.0);
      assertThat(value("mqtt_source_ack_delay_seconds_count")).isBetween(3.0, 6.0);
      assertThat(value("mqtt_source_ack_delay_seconds_sum"))
          .isGreaterThanOrEqualTo(value("mqtt_source_append_seconds_sum") / 2);

      node.progress(SOURCE, 0, Progress.ofTrim(4));
      await("mqtt_source_trimmed_messages_total", 4);
      await("mqtt_source_store_bytes", 0);

      // A registry of the user's has the same.
      assertThat(
              users
                  .get("mqtt.source.stored")
                  .tags("group", "meters", "partition", "0", "node", "test-node")
                  .functionCounter()
                  .count())
          .isEqualTo(4);
      assertThat(users.get("mqtt.source.append").timer().count()).isEqualTo((long) appends);
      for (Meter meter : users.getMeters()) {
        assertThat(meter.getId().getDescription()).as("%s", meter.getId()).isNotBlank();
      }

      node.release(SOURCE);
      assertThat(users.getMeters()).isEmpty();
      assertThat(new Samples(node.scrape()).names()).isEmpty();
    } finally {
      node.release(SOURCE);
      Metrics.removeRegistry(users);
    }
  }

  @Test
  void aGroupThatAnotherQueryHasTooLeavesTheFirstOnesMetersAlone() {
    try (ScriptedBroker broker = ScriptedBroker.start(connection -> ready(connection, false))) {
      node.assign(settings(broker.url()).build(), ASSIGNMENT);
      Node second = new Node(new NodeAddress("test-node", "localhost", 0));
      SourceSettings same =
          settings(broker.url(), folder.resolve("second")).sourceId("50c4cf").build();
      second.assign(same, ASSIGNMENT);
      await("mqtt_source_connected", 1);
      Await.until(
          "the second connection",
          DEADLINE,
          () -> second.status("50c4cf", 0).counts().connections() == 1);
      second.release("50c4cf");
      assertThat(value("mqtt_source_connected")).isEqualTo(1);
    } finally {
      node.release(SOURCE);
    }
  }

  private static void ready(ScriptedConnection connection, boolean sessionPresent) {
    connection.accept(sessionPresent, MqttProperties.NONE);
    connection.grant();
  }

  private static byte[] publish(int qos, int packetId) {
    return Packets.publish("test/t", PAYLOAD.getBytes(UTF_8), qos, packetId);
  }

  private double value(String name) {
    return new Samples(node.scrape())
        .sum(name, "group=\"meters\"", "partition=\"0\"", "node=\"test-node\"");
  }

  private void await(String name, double expected) {
    Await.value(name + " of " + expected, DEADLINE, () -> value(name), now -> now == expected);
  }

  private TestSettings settings(String url) {
    return settings(url, folder);
  }

  private static TestSettings settings(String url, Path storeDir) {
    return new TestSettings(url, storeDir).sourceId(SOURCE).group("meters").qos(2);
  }
}
