// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.receiver;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.receiver.PartitionStatus.State;
import io.github.mqttpartitioned.testkit.Await;
import io.github.mqttpartitioned.testkit.MqttProperties;
import io.github.mqttpartitioned.testkit.MqttProperties.Property;
import io.github.mqttpartitioned.testkit.PacketType;
import io.github.mqttpartitioned.testkit.Packets;
import io.github.mqttpartitioned.testkit.ScriptedBroker;
import io.github.mqttpartitioned.testkit.ScriptedBroker.Script;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A broker chooses its reason strings; it must not choose what log and status look like. */
class BrokerTextTest {

  private static final MqttProperties HOSTILE =
      MqttProperties.NONE.with(
          Property.REASON_STRING,
          "no\n\u001b[31mERROR \u0085\u2028\u202eforged" + "x".repeat(10_000));

  private static final String SHOWN = "\"no\\u000a\\u001b[31mERROR \\u0085\\u2028\\u202eforgedx";

  @TempDir Path folder;

  @Test
  void reasonStringOfConnackIsEscapedAndCut() throws Exception {
    isShownSafely(
        connection -> {
          connection.expect(PacketType.CONNECT);
          connection.send(Packets.connack(false, 0x87, HOSTILE));
        });
  }

  @Test
  void reasonStringOfSubackIsEscapedAndCut() throws Exception {
    isShownSafely(
        connection -> {
          connection.accept(false, MqttProperties.NONE);
          int id = connection.expect(PacketType.SUBSCRIBE).subscribe().packetId();
          connection.send(Packets.suback(id, HOSTILE, 0x87));
        });
  }

  private void isShownSafely(Script script) throws Exception {
    try (ReceiverLog log = new ReceiverLog();
        ScriptedBroker broker = ScriptedBroker.start(script);
        Member member = new Member(folder, broker.url()).start().await(State.FAILED)) {
      assertSafe(member.status().problem().getMessage());
      log.messages().forEach(BrokerTextTest::assertPlain);
    }
  }

  @Test
  void reasonStringOfDisconnectIsEscapedAndCut() throws Exception {
    try (ReceiverLog log = new ReceiverLog();
        ScriptedBroker broker =
            ScriptedBroker.inOrder(
                connection -> {
                  ReceiverTest.ready(connection, false);
                  connection.send(Packets.disconnect(0x8B, HOSTILE));
                },
                connection -> ReceiverTest.ready(connection, true));
        Member member = new Member(folder, broker.url()).start()) {
      Await.until(
          "a second connection",
          Member.DEADLINE,
          () -> member.status().counts().connections() == 2);
      String line =
          log.messages().stream().filter(each -> each.contains("(0x8B)")).findFirst().orElseThrow();
      assertSafe(line);
      assertThat(line).contains("[MQTT_DISCONNECTED_BY_BROKER] Member member-0");
      log.messages().forEach(BrokerTextTest::assertPlain);
    }
  }

  private static void assertSafe(String text) {
    assertThat(text).contains(SHOWN).hasSizeLessThan(600);
    assertPlain(text);
  }

  private static void assertPlain(String text) {
    assertThat(text.codePoints().filter(BrokerTextTest::acts)).isEmpty();
  }

  private static boolean acts(int codePoint) {
    return Character.isISOControl(codePoint)
        || codePoint == 0x2028
        || codePoint == 0x2029
        || codePoint == 0x202E;
  }
}
