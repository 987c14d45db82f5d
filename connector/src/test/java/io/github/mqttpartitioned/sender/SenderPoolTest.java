// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.sender;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.mqttpartitioned.mqtt.network.BrokerUrl;
import io.github.mqttpartitioned.option.settings.SinkSettings;
import io.github.mqttpartitioned.testkit.Await;
import io.github.mqttpartitioned.testkit.MqttProperties;
import io.github.mqttpartitioned.testkit.PacketType;
import io.github.mqttpartitioned.testkit.ScriptedBroker;
import io.github.mqttpartitioned.testkit.ScriptedBroker.Script;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which sender a task gets, and what becomes of those that no task needs. */
class SenderPoolTest extends SenderFixture {

  private final List<String> clientIds = Collections.synchronizedList(new ArrayList<>());
  private final List<String> left = Collections.synchronizedList(new ArrayList<>());
  private SenderPool pool = new SenderPool(Duration.ofMinutes(1), false);

  @AfterEach
  void closePool() {
    pool.close();
  }

  /** Notes who comes and who leaves with DISCONNECT; confirms nothing. */
  private Script notes() {
    return connection -> {
      String clientId = connection.accept(false, MqttProperties.NONE).clientId();
      clientIds.add(clientId);
      connection.expect(PacketType.DISCONNECT);
      left.add(clientId);
    };
  }

  private Sender borrow(ScriptedBroker broker) throws InterruptedException {
    SinkSettings settings = settings(new BrokerUrl(broker.url()));
    Sender sender = pool.borrow(settings, PARTITION, "driver");
    sender.begin(PARTITION, SenderListener.NONE);
    return sender;
  }

  private void awaitConnections(int count) {
    Await.until(count + " connections", DEADLINE, () -> clientIds.size() >= count);
  }

  private void awaitEmpty() {
    Await.until("no sender left", DEADLINE, () -> pool.size() == 0);
  }

  @Test
  void idleSenderServesTheNextTaskAndIsClosedWhenNoneComes() throws Exception {
    pool = new SenderPool(Duration.ofMillis(400), false);
    try (ScriptedBroker broker = ScriptedBroker.start(notes())) {
      Sender first = borrow(broker);
      pool.giveBack(first);
      Sender again = borrow(broker);
      assertThat(again).isSameAs(first);
      pool.giveBack(again);
      awaitEmpty();
      awaitLeft(1);
      assertThat(left).containsExactly("sender-test-driver-0");
      borrow(broker);
      awaitConnections(2);
      assertThat(clientIds).containsExactly("sender-test-driver-0", "sender-test-driver-0");
    }
  }

  @Test
  void numbersAreTakenAgainWhenTheirSendersHaveEnded() throws Exception {
    try (ScriptedBroker broker = ScriptedBroker.start(notes())) {
      Sender first = borrow(broker);
      Sender second = borrow(broker);
      pool.discard(first);
      Await.until("one sender left", DEADLINE, () -> pool.size() == 1);
      borrow(broker);
      awaitConnections(3);
      assertThat(clientIds)
          .containsExactlyInAnyOrder(
              "sender-test-driver-0", "sender-test-driver-1", "sender-test-driver-0");
      pool.giveBack(second);
    }
  }

  @Test
  void discardedSenderWithRowsIsNotLentAgain() throws Exception {
    try (ScriptedBroker broker =
        ScriptedBroker.start(
            connection -> {
              connection.accept(false, MqttProperties.NONE);
              if (connection.number() == 0) {
                publish(connection);
                connection.expect(PacketType.DISCONNECT);
              }
            })) {
      Sender first = borrow(broker);
      Outbox outbox = first.begin(PARTITION, SenderListener.NONE);
      put(outbox, 0, 1);
      awaitSent(outbox, 1);
      pool.discard(first);
      assertThat(borrow(broker)).isNotSameAs(first);
      assertThatThrownBy(outbox::awaitConfirmed).hasMessageContaining("the sender is closed");
    }
  }

  @Test
  void closedPoolLeavesEachBroker() throws Exception {
    try (ScriptedBroker broker = ScriptedBroker.start(notes())) {
      borrow(broker);
      pool.giveBack(borrow(broker));
      awaitConnections(2);
      pool.close();
      awaitLeft(2);
      assertThat(left).containsExactlyInAnyOrderElementsOf(clientIds);
    }
  }

  private void awaitLeft(int senders) {
    Await.until(senders + " have left", DEADLINE, () -> left.size() == senders);
  }
}
