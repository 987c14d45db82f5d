// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.receiver;

import static io.github.mqttpartitioned.receiver.ReceiverTest.publish;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.receiver.PartitionStatus.State;
import io.github.mqttpartitioned.testkit.Await;
import io.github.mqttpartitioned.testkit.MqttProperties;
import io.github.mqttpartitioned.testkit.MqttProperties.Property;
import io.github.mqttpartitioned.testkit.PacketType;
import io.github.mqttpartitioned.testkit.Packets;
import io.github.mqttpartitioned.testkit.ScriptedBroker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** PINGREQ comes in time, and any byte from the broker is a sign of life. */
class KeepAliveTest {

  private static final Duration DEADLINE = Duration.ofSeconds(20);

  @TempDir Path folder;

  @Test
  void keepAliveOfTheServerCountsInsteadOfTheMembers() throws Exception {
    AtomicLong longest = new AtomicLong();
    AtomicLong pings = new AtomicLong();
    try (ScriptedBroker broker =
            ScriptedBroker.start(
                connection -> {
                  connection.leavePings();
                  connection.accept(false, MqttProperties.NONE.with(Property.SERVER_KEEP_ALIVE, 1));
                  connection.grant();
                  long last = System.nanoTime();
                  while (pings.get() < 4) {
                    connection.expect(PacketType.PINGREQ);
                    longest.accumulateAndGet(System.nanoTime() - last, Math::max);
                    last = System.nanoTime();
                    connection.send(Packets.empty(PacketType.PINGRESP));
                    pings.incrementAndGet();
                  }
                });
        Member member = new Member(folder, broker.url()).startConnected()) {
      Await.until("four pings", DEADLINE, () -> pings.get() == 4);
      // The broker drops a member after 1.5 times the interval.
      assertThat(Duration.ofNanos(longest.get())).isLessThan(Duration.ofMillis(1_450));
      assertThat(member.status().state()).isEqualTo(State.CONNECTED);
    }
  }

  @Test
  void messagesAreSignsOfLifeWhilePingrespIsLate() throws Exception {
    try (ScriptedBroker broker =
            ScriptedBroker.start(
                connection -> {
                  connection.leavePings();
                  ReceiverTest.ready(connection, false);
                  for (int i = 1; i <= 20; i++) {
                    connection.send(publish("message " + i, 0, 0));
                    pause(200);
                  }
                });
        Member member =
            new Member(folder, broker.url())
                .qos(0)
                .keepAlive(Duration.ofSeconds(1))
                .start()
                .awaitStored(20)) {
      assertThat(broker.connections()).isEqualTo(1);
      assertThat(member.status().state()).isEqualTo(State.CONNECTED);
    }
  }

  @Test
  void piecesOfALargeMessageAreSignsOfLife() throws Exception {
    byte[] packet = publish("x".repeat(100_000), 0, 0);
    int pieces = 20;
    try (ScriptedBroker broker =
            ScriptedBroker.start(
                connection -> {
                  connection.leavePings();
                  ReceiverTest.ready(connection, false);
                  for (int i = 0; i < pieces; i++) {
                    connection.send(
                        Arrays.copyOfRange(
                            packet,
                            packet.length / pieces * i,
                            i < pieces - 1 ? packet.length / pieces * (i + 1) : packet.length));
                    pause(200);
                  }
                });
        Member member =
            new Member(folder, broker.url())
                .qos(0)
                .keepAlive(Duration.ofSeconds(1))
                .start()
                .awaitStored(1)) {
      assertThat(broker.connections()).isEqualTo(1);
      assertThat(member.payloads().get(0)).hasSize(100_000);
    }
  }

  @Test
  void brokerThatIsSilentIsLeft() throws Exception {
    try (ReceiverLog log = new ReceiverLog();
        ScriptedBroker broker =
            ScriptedBroker.start(
                connection -> {
                  connection.leavePings();
                  ReceiverTest.ready(connection, false);
                });
        Member member =
            new Member(folder, broker.url()).keepAlive(Duration.ofSeconds(1)).startConnected()) {
      Await.until(
          "a second connection", DEADLINE, () -> member.status().counts().connections() >= 2);
      assertThat(log.messages())
          .anyMatch(
              line ->
                  line.contains("[MQTT_CONNECTION_LOST]")
                      && line.contains("nothing has come from the broker for 1 s"));
    }
  }

  private static void pause(long millis) throws InterruptedException {
    TimeUnit.MILLISECONDS.sleep(millis);
  }
}
