// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.receiver;

import static io.github.mqttpartitioned.receiver.ReceiverTest.ready;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.testkit.Await;
import io.github.mqttpartitioned.testkit.ChildJvm;
import io.github.mqttpartitioned.testkit.PacketType;
import io.github.mqttpartitioned.testkit.Packets;
import io.github.mqttpartitioned.testkit.ScriptedBroker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Messages of many MiB for several members of a JVM whose heap is small. */
class LargeMessagesTest {

  private static final int MEMBERS = 6;
  private static final int MESSAGES = 2;
  private static final int MIB = 1 << 20;
  private static final Duration DEADLINE = Duration.ofMinutes(2);

  @TempDir Path folder;

  @Test
  void areAllStoredAlthoughTheHeapCannotHoldThemTogether() {
    byte[][] packets = new byte[MESSAGES][];
    for (int i = 0; i < MESSAGES; i++) {
      packets[i] = Packets.publish("test/t", new byte[24 * MIB], 1, i + 1);
    }
    try (ScriptedBroker broker =
            ScriptedBroker.start(
                connection -> {
                  ready(connection, false);
                  connection.send(packets);
                });
        ChildJvm child =
            ChildJvm.of(
                    LargeMessagesProcess.class,
                    folder.toString(),
                    broker.url(),
                    Integer.toString(MEMBERS),
                    Integer.toString(MESSAGES))
                .heapMiB(256)
                .start()) {
      child.awaitLine("stored, reconnects: 0", DEADLINE);
      assertThat(child.awaitExit(DEADLINE)).isZero();
      assertThat(child.lines()).noneMatch(line -> line.contains("OutOfMemoryError"));
    }
  }

  @Test
  void oneThatTheHeapCannotHoldIsAnErrorThatSaysSo() {
    byte[] packet = Packets.publish("test/t", new byte[100 * MIB], 1, 1);
    // No more than the member reads at once: a reset would take the DISCONNECT with it.
    byte[] begun = Arrays.copyOf(packet, 128 << 10);
    AtomicInteger reason = new AtomicInteger();
    try (ScriptedBroker broker =
            ScriptedBroker.start(
                connection -> {
                  ready(connection, false);
                  connection.send(begun);
                  reason.set(connection.expect(PacketType.DISCONNECT).body()[0] & 0xFF);
                });
        ChildJvm child =
            ChildJvm.of(LargeMessagesProcess.class, folder.toString(), broker.url(), "1", "1")
                .heapMiB(256)
                .start()) {
      child.awaitLine("failed: .*MQTT_MESSAGE_TOO_LARGE.*104857", DEADLINE);
      assertThat(child.lines()).noneMatch(line -> line.contains("OutOfMemoryError"));
      Await.until("the reason code", DEADLINE, () -> reason.get() == 0x95);
    }
  }
}
