// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.sender;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.testkit.MqttProperties;
import io.github.mqttpartitioned.testkit.MqttProperties.Property;
import io.github.mqttpartitioned.testkit.Packet.Publish;
import io.github.mqttpartitioned.testkit.ScriptedBroker;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What a sender does on one connection, packet by packet. */
class SenderTest extends SenderFixture {

  @Test
  void messageIsOverWhenItIsConfirmed() throws Exception {
    CompletableFuture<Void> confirm = new CompletableFuture<>();
    try (ScriptedBroker broker =
        ScriptedBroker.start(
            newSession(
                connection -> {
                  Publish first = publish(connection);
                  assertThat(first.topic()).isEqualTo("a/0");
                  assertThat(first.duplicate()).isFalse();
                  confirm.join();
                  confirm(connection, first);
                }))) {
      Outbox outbox = outbox(broker, 1, 1);
      CompletableFuture<Void> ended = CompletableFuture.runAsync(() -> awaitConfirmed(outbox));
      awaitSent(outbox, 1);
      assertThat(ended).isNotDone();
      confirm.complete(null);
      ended.join();
      assertThat(outbox.counts().confirmed()).isEqualTo(1);
    }
  }

  private static void awaitConfirmed(Outbox outbox) {
    try {
      outbox.awaitConfirmed();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void rowLeavesAfterTheLingerThoughNobodyCommits() throws Exception {
    try (ScriptedBroker broker =
        ScriptedBroker.start(newSession(connection -> publish(connection)))) {
      awaitSent(outbox(broker, 1, 1), 1);
    }
  }

  @Test
  void qos2GoesThroughBothSteps() throws Exception {
    try (ScriptedBroker broker =
        ScriptedBroker.start(
            newSession(
                connection -> {
                  Publish message = publish(connection);
                  assertThat(message.qos()).isEqualTo(2);
                  receive(connection, message.packetId());
                  complete(connection, message.packetId());
                }))) {
      Outbox outbox = outbox(broker, 1, 2);
      outbox.awaitConfirmed();
      assertThat(outbox.counts().confirmed()).isEqualTo(1);
    }
  }

  @Test
  void receiveMaximumOfTheBrokerIsNeverExceeded() throws Exception {
    int rows = 500;
    int window = 7;
    try (ScriptedBroker broker =
        ScriptedBroker.start(
            accepting(
                false,
                MqttProperties.NONE.with(Property.RECEIVE_MAXIMUM, window),
                connection -> {
                  Deque<Publish> unconfirmed = new ArrayDeque<>(publishes(connection, window));
                  for (int row = window; row < rows; row += 4) {
                    if (row < 20) {
                      connection.expectSilence(Duration.ofMillis(100));
                    }
                    for (int i = 0; i < 4; i++) {
                      confirm(connection, unconfirmed.remove());
                    }
                    unconfirmed.addAll(publishes(connection, Math.min(4, rows - row)));
                  }
                  confirm(connection, List.copyOf(unconfirmed));
                }))) {
      Outbox outbox = outbox(broker, rows, 1);
      outbox.awaitConfirmed();
      assertThat(outbox.counts())
          .isEqualTo(new SendCounts(rows, outbox.counts().bytes(), rows, 0, 0));
    }
  }

  @Test
  void noSubscriberIsCountedAndNoError() throws Exception {
    try (ScriptedBroker broker =
        ScriptedBroker.start(
            newSession(connection -> answer(connection, publish(connection), 0x10)))) {
      Outbox outbox = outbox(broker, 1, 1);
      outbox.awaitConfirmed();
      assertThat(outbox.counts().noSubscribers()).isEqualTo(1);
    }
  }

  @Test
  void qos0EndsWhenItIsWritten() throws Exception {
    CompletableFuture<Integer> read = new CompletableFuture<>();
    try (ScriptedBroker broker =
        ScriptedBroker.start(
            newSession(connection -> read.complete(publishes(connection, 3).size())))) {
      Outbox outbox = outbox(broker, 3, 0);
      outbox.awaitConfirmed();
      assertThat(outbox.counts().sent()).isEqualTo(3);
      assertThat(read.join()).isEqualTo(3);
    }
  }

  @Test
  void idsGoRoundWhenAllHaveBeenUsed() throws Exception {
    int rows = 140_000;
    try (ScriptedBroker broker =
        ScriptedBroker.start(
            newSession(
                connection -> {
                  for (int row = 0; row < rows; row++) {
                    Publish message = publish(connection);
                    assertThat(message.packetId()).isEqualTo(1 + row % 65_535);
                    confirm(connection, message);
                  }
                }))) {
      Outbox outbox = outbox(broker, rows, 1);
      outbox.awaitConfirmed();
      assertThat(outbox.counts().confirmed()).isEqualTo(rows);
    }
  }
}
