// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.receiver;

import static io.github.mqttpartitioned.receiver.ReceiverTest.publish;
import static io.github.mqttpartitioned.receiver.ReceiverTest.ready;

import io.github.mqttpartitioned.receiver.PartitionStatus.State;
import io.github.mqttpartitioned.testkit.Await;
import io.github.mqttpartitioned.testkit.PacketType;
import io.github.mqttpartitioned.testkit.ScriptedBroker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Hundreds of members on one machine are no burden. */
class MemberThreadsTest {

  private static final int MEMBERS = 40;
  private static final Duration LIMIT = Duration.ofSeconds(30);

  @TempDir Path folder;

  @Test
  void memberHasTwoThreadsOnceItIsConnected() throws Exception {
    Set<Thread> before = threads();
    List<Member> members = new ArrayList<>();
    try (ScriptedBroker broker =
        ScriptedBroker.start(
            connection -> {
              ready(connection, false);
              connection.send(publish("to all", 1, 1));
              connection.expectAcknowledgement(PacketType.PUBACK, 1);
            })) {
      for (int partition = 0; partition < MEMBERS; partition++) {
        members.add(new Member(folder, broker.url(), partition).storeMaxBytes(16 << 20).start());
      }
      for (Member member : members) {
        member.await(State.CONNECTED).awaitStored(1);
      }
      broker.awaitAcknowledged(MEMBERS, LIMIT);
      Await.value(
          "two threads for each member, and the timer of all",
          LIMIT,
          () -> names(before),
          names -> names.size() <= 2 * MEMBERS + 1);
      members.forEach(Member::close);
      Await.value("no thread of a member", LIMIT, () -> names(before), names -> names.size() <= 1);
    } finally {
      members.forEach(Member::close);
    }
  }

  private static List<String> names(Set<Thread> before) {
    return threads().stream()
        .filter(thread -> !before.contains(thread))
        .map(Thread::getName)
        .filter(name -> name.startsWith("mqtt-") || name.startsWith("MQTT "))
        .sorted()
        .toList();
  }

  private static Set<Thread> threads() {
    return new HashSet<>(Thread.getAllStackTraces().keySet());
  }
}
