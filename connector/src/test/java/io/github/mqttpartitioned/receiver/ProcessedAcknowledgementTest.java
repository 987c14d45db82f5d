// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.receiver;

import static io.github.mqttpartitioned.receiver.ReceiverTest.again;
import static io.github.mqttpartitioned.receiver.ReceiverTest.publish;
import static io.github.mqttpartitioned.receiver.ReceiverTest.ready;
import static io.github.mqttpartitioned.testkit.PacketType.PUBACK;
import static io.github.mqttpartitioned.testkit.PacketType.PUBCOMP;
import static io.github.mqttpartitioned.testkit.PacketType.PUBREC;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.option.settings.AckMode;
import io.github.mqttpartitioned.receiver.PartitionStatus.State;
import io.github.mqttpartitioned.testkit.Await;
import io.github.mqttpartitioned.testkit.Packet.Acknowledgement;
import io.github.mqttpartitioned.testkit.PacketType;
import io.github.mqttpartitioned.testkit.Packets;
import io.github.mqttpartitioned.testkit.ScriptedBroker;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Acknowledgements that wait until their messages are processed. */
class ProcessedAcknowledgementTest {

  @TempDir Path folder;

  private Member member(ScriptedBroker broker, int qos) {
    return new Member(folder, broker.url()).qos(qos).ackMode(AckMode.PROCESSED);
  }

  private static List<Acknowledgement> acknowledged(ScriptedBroker broker, int count) {
    return broker.awaitAcknowledged(count, Member.DEADLINE).stream()
        .map(ScriptedBroker.Acknowledged::packet)
        .toList();
  }

  private static Acknowledgement success(PacketType type, int packetId) {
    return new Acknowledgement(type, packetId, 0);
  }

  @Test
  void nothingIsAcknowledgedBeforeItIsProcessedAndThenInOrderOfReceipt() {
    try (ScriptedBroker broker =
            ScriptedBroker.start(
                connection -> {
                  ready(connection, false);
                  connection.send(
                      publish("one", 1, 7),
                      publish("two", 0, 0),
                      publish("three", 2, 3),
                      publish("four", 1, 5));
                });
        Member member = member(broker, 2).start().awaitStored(4)) {
      assertThat(broker.acknowledged()).isEmpty();
      member.receiver().progress(Progress.ofProcessed(2));
      assertThat(acknowledged(broker, 1)).containsExactly(success(PUBACK, 7));
      member.receiver().progress(Progress.ofProcessed(3));
      assertThat(acknowledged(broker, 2)).endsWith(success(PUBREC, 3));
      member.receiver().progress(Progress.ofProcessed(1));
      member.receiver().progress(Progress.ofProcessed(4));
      assertThat(acknowledged(broker, 3)).endsWith(success(PUBACK, 5)).hasSize(3);
    }
  }

  @Test
  void inFlightIsWhatIsNotProcessedYet() {
    AtomicLong longest = new AtomicLong();
    CommitTimes times =
        new CommitTimes() {
          @Override
          public void appended(long nanos) {}

          @Override
          public void acknowledged(long nanos) {
            longest.accumulateAndGet(nanos, Math::max);
          }
        };
    long began = System.nanoTime();
    try (ScriptedBroker broker =
            ScriptedBroker.start(
                connection -> {
                  ready(connection, false);
                  for (int id = 1; id <= 5; id++) {
                    connection.send(publish("number " + id, 1, id));
                  }
                });
        Member member = member(broker, 1).times(times).start().awaitStored(5)) {
      awaitInFlight(member, 5);
      long received = System.nanoTime();
      Await.until("a while", Member.DEADLINE, () -> System.nanoTime() - received > 200_000_000);
      member.receiver().progress(Progress.ofProcessed(3));
      acknowledged(broker, 3);
      awaitInFlight(member, 2);
      member.receiver().progress(Progress.ofProcessed(5));
      acknowledged(broker, 5);
      awaitInFlight(member, 0);
      assertThat(longest.get())
          .as("since receipt, not since Spark was done")
          .isBetween(200_000_000L, System.nanoTime() - began);
    }
  }

  private static void awaitInFlight(Member member, int count) {
    Await.value(
        count + " in flight",
        Member.DEADLINE,
        () -> member.receiver().inFlight(),
        inFlight -> inFlight == count);
  }

  @Test
  void pubrelIsAnsweredAtOnce() {
    try (ScriptedBroker broker =
            ScriptedBroker.start(
                connection -> {
                  ready(connection, false);
                  connection.send(publish("one", 2, 1), Packets.pubrel(9));
                });
        Member member = member(broker, 2).start().awaitStored(1)) {
      assertThat(acknowledged(broker, 1)).containsExactly(success(PUBCOMP, 9));
      // Counted behind the sending.
      Await.value(
          "1 acknowledgement counted",
          Member.DEADLINE,
          () -> member.status().counts().acknowledgements(),
          count -> count == 1);
    }
  }

  @Test
  void whatIsDeliveredAgainIsStoredOnceAndAcknowledgedOnItsNewConnectionAlone() {
    try (ScriptedBroker broker =
            ScriptedBroker.inOrder(
                connection -> {
                  ready(connection, false);
                  connection.send(publish("one", 1, 1), publish("two", 2, 2));
                  connection.cut();
                },
                connection -> {
                  ready(connection, true);
                  connection.send(again("one", 1, 1), again("two", 2, 2), publish("three", 1, 3));
                });
        Member member = member(broker, 2).start().awaitStored(3)) {
      assertThat(member.payloads()).containsExactly("one", "two", "three");
      Await.until(
          "both recognised", Member.DEADLINE, () -> member.status().counts().duplicates() == 2);
      assertThat(broker.acknowledged()).isEmpty();
      member.receiver().progress(Progress.ofProcessed(2));
      assertThat(acknowledged(broker, 2)).containsExactly(success(PUBACK, 1), success(PUBREC, 2));
      member.receiver().progress(Progress.ofProcessed(3));
      assertThat(acknowledged(broker, 3)).endsWith(success(PUBACK, 3));
      assertThat(broker.acknowledged()).allMatch(each -> each.connection() == 1);
    }
  }

  @Test
  void idsInFlightAreKnownAfterARestart() {
    try (ScriptedBroker broker =
        ScriptedBroker.inOrder(
            connection -> {
              ready(connection, false);
              connection.send(publish("one", 1, 1), publish("two", 2, 2));
            },
            connection -> {
              ready(connection, true);
              connection.send(again("one", 1, 1), again("two", 2, 2));
            })) {
      Member member = member(broker, 2).start().awaitStored(2);
      member.stop();
      member.start();
      Await.until(
          "both recognised", Member.DEADLINE, () -> member.status().counts().duplicates() == 2);
      member.receiver().progress(Progress.ofProcessed(2));
      assertThat(acknowledged(broker, 2)).containsExactly(success(PUBACK, 1), success(PUBREC, 2));
      assertThat(member.payloads()).containsExactly("one", "two");
      member.close();
    }
  }

  @Test
  void idThatWasAcknowledgedBelongsToTheNextMessageEvenIfThatIsTheSame() throws Exception {
    CountDownLatch reuse = new CountDownLatch(1);
    try (ScriptedBroker broker =
            ScriptedBroker.inOrder(
                connection -> {
                  ready(connection, false);
                  connection.send(publish("same", 1, 1));
                  connection.expectAcknowledgement(PUBACK, 1);
                  connection.send(publish("same", 1, 1));
                  reuse.await();
                  connection.cut();
                },
                connection -> {
                  ready(connection, true);
                  // The PUBACK of the second one arrived, and a third one was never seen before.
                  connection.send(again("same", 1, 1));
                });
        Member member = member(broker, 1).start().awaitStored(1)) {
      member.receiver().progress(Progress.ofProcessed(1));
      member.awaitStored(2);
      member.receiver().progress(Progress.ofProcessed(2));
      acknowledged(broker, 2);
      reuse.countDown();
      member.awaitStored(3);
    }
  }

  @Test
  void messageSentTwiceOnOneConnectionIsAnsweredOnce() {
    try (ScriptedBroker broker =
            ScriptedBroker.start(
                connection -> {
                  ready(connection, false);
                  connection.send(publish("one", 1, 1), again("one", 1, 1), publish("two", 1, 2));
                });
        Member member = member(broker, 1).start().awaitStored(2)) {
      member.receiver().progress(Progress.ofProcessed(2));
      assertThat(acknowledged(broker, 2)).containsExactly(success(PUBACK, 1), success(PUBACK, 2));
      assertThat(member.payloads()).containsExactly("one", "two");
    }
  }

  @Test
  void whatIsProcessedWhileItsMemberIsAwayIsAcknowledgedWhenItComesAgain() throws Exception {
    CountDownLatch comeBack = new CountDownLatch(1);
    try (ScriptedBroker broker =
            ScriptedBroker.inOrder(
                connection -> {
                  ready(connection, false);
                  connection.send(publish("one", 1, 1));
                  connection.cut();
                },
                connection -> {
                  comeBack.await();
                  ready(connection, true);
                  connection.send(again("one", 1, 1));
                });
        Member member = member(broker, 1).start().awaitStored(1)) {
      member.receiver().progress(Progress.ofProcessed(1));
      comeBack.countDown();
      assertThat(acknowledged(broker, 1)).containsExactly(success(PUBACK, 1));
      assertThat(member.store().extent().next()).isEqualTo(1);
    }
  }

  @Test
  void stoppingSendsWhatIsDue() {
    try (ScriptedBroker broker =
        ScriptedBroker.start(
            connection -> {
              ready(connection, false);
              connection.send(publish("one", 1, 1), publish("two", 1, 2));
            })) {
      Member member = member(broker, 1).start().awaitStored(2);
      member.receiver().progress(Progress.ofProcessed(1));
      member.stop();
      assertThat(acknowledged(broker, 1)).containsExactly(success(PUBACK, 1));
    }
  }

  @Test
  void runThatAcknowledgesWhatIsStoredForgetsTheIdsThatItGivesBack() {
    try (ScriptedBroker broker =
        ScriptedBroker.inOrder(
            connection -> {
              ready(connection, false);
              connection.send(publish("one", 1, 1));
            },
            connection -> {
              ready(connection, true);
              connection.send(publish("two", 1, 1));
              connection.expectAcknowledgement(PUBACK, 1);
            },
            connection -> {
              ready(connection, true);
              // Another message than the first run's, with the same id and the same content.
              connection.send(again("one", 1, 1));
            })) {
      Member member = member(broker, 1).start().awaitStored(1);
      member.stop();
      member.ackMode(AckMode.STORED).start().awaitStored(2);
      acknowledged(broker, 1);
      member.stop();
      member.ackMode(AckMode.PROCESSED).start().awaitStored(3).await(State.CONNECTED);
      member.close();
    }
  }

  @Test
  void windowOfEveryPacketIdIsWithheldAndComesInOrder() {
    int all = 65_535;
    try (ScriptedBroker broker =
            ScriptedBroker.start(
                connection -> {
                  ready(connection, false);
                  for (int id = 1; id <= all; id++) {
                    connection.send(publish("m", 1, id));
                  }
                });
        Member member = member(broker, 1).start().awaitStored(all)) {
      member.receiver().progress(Progress.ofProcessed(all / 2));
      acknowledged(broker, all / 2);
      member.receiver().progress(Progress.ofProcessed(all));
      List<Acknowledgement> packets = acknowledged(broker, all);
      assertThat(packets).hasSize(all);
      for (int id = 1; id <= all; id++) {
        assertThat(packets.get(id - 1)).isEqualTo(success(PUBACK, id));
      }
    }
  }
}
