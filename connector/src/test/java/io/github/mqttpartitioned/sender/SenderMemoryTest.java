// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.sender;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.testkit.Await;
import io.github.mqttpartitioned.testkit.Packet.Publish;
import io.github.mqttpartitioned.testkit.ScriptedBroker;
import io.github.mqttpartitioned.testkit.ScriptedConnection;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Messages that are large beside the memory of a sender, which is 8 MiB. */
class SenderMemoryTest extends SenderFixture {

  private static final int MIB = 1 << 20;

  @ParameterizedTest(name = "QoS {0}")
  @ValueSource(ints = {0, 1})
  void messageLargerThanTheMemoryIsSentAlone(int qos) throws Exception {
    connectTimeout = Duration.ofSeconds(8);
    try (ScriptedBroker broker = ScriptedBroker.start(newSession(this::confirmAll))) {
      Outbox outbox = outbox(broker);
      putLarge(outbox, qos, 9 * MIB);
      putLarge(outbox, qos, 10 * MIB);
      outbox.awaitConfirmed();
      assertThat(outbox.counts().sent()).isEqualTo(2);
    }
  }

  @Test
  void memoryOfAConfirmedMessageIsFreeForTheNextOne() throws Exception {
    connectTimeout = Duration.ofSeconds(8);
    try (ScriptedBroker broker = ScriptedBroker.start(newSession(this::confirmAll))) {
      Outbox outbox = outbox(broker);
      putLarge(outbox, 1, 5 * MIB);
      Await.until("confirmed", DEADLINE, () -> outbox.counts().confirmed() == 1);
      putLarge(outbox, 1, 5 * MIB);
      outbox.awaitConfirmed();
      assertThat(outbox.counts().confirmed()).isEqualTo(2);
    }
  }

  /** More than 65,535 of them would fit where the large one was. */
  @ParameterizedTest(name = "QoS {0}")
  @ValueSource(ints = {0, 1})
  void smallMessagesAfterALargeOneAreCounted(int qos) throws Exception {
    int rows = 70_000;
    try (ScriptedBroker broker = ScriptedBroker.start(newSession(this::confirmAll))) {
      Outbox outbox = outbox(broker);
      putLarge(outbox, qos, 2 * MIB);
      outbox.awaitConfirmed();
      outbox.begin(PARTITION, SenderListener.NONE);
      for (int row = 0; row < rows; row++) {
        put(outbox, row, qos);
      }
      outbox.awaitConfirmed();
      assertThat(outbox.counts().sent()).isEqualTo(rows);
    }
  }

  private void confirmAll(ScriptedConnection connection) {
    while (true) {
      Publish message = publish(connection);
      if (message.qos() == 1) {
        confirm(connection, message);
      }
    }
  }
}
