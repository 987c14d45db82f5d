// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.receiver;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.mqtt.packet.InFlightIds;
import io.github.mqttpartitioned.receiver.PartitionStatus.State;
import io.github.mqttpartitioned.testkit.Await;
import io.github.mqttpartitioned.testkit.Full;
import io.github.mqttpartitioned.testkit.Seeded;
import io.github.mqttpartitioned.testkit.SessionBroker;
import io.github.mqttpartitioned.testkit.Soak;
import java.nio.file.Path;
import java.time.Duration;
import java.util.BitSet;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a network can do to a session, short of altering what it carries. */
class FaultyNetworkTest {

  private static final Duration DEADLINE = Duration.ofSeconds(60);

  @TempDir Path folder;

  @Tag(Full.TAG)
  @ParameterizedTest(name = "QoS {0}")
  @ValueSource(ints = {1, 2})
  void everythingLateBySecondsChangesNothing(int qos) throws Exception {
    int messages = 200;
    try (SessionBroker broker = new SessionBroker(qos, 500, 50);
        FaultyProxy proxy = FaultyProxy.late(broker.url(), 3_000_000, 64 << 10);
        Member member =
            new Member(folder, proxy.url()).qos(qos).connectTimeout(Duration.ofSeconds(30))) {
      broker.publish(messages);
      member.start();
      broker.awaitDone(DEADLINE);
      assertStored(member, broker, messages, qos, "late by seconds");
      assertThat(broker.connections()).isEqualTo(1);
    }
  }

  @ParameterizedTest(name = "QoS {0}")
  @ValueSource(ints = {1, 2})
  void everythingLateAndInPiecesChangesNothing(int qos) throws Exception {
    int messages = 2_000;
    try (SessionBroker broker = new SessionBroker(qos, 500, 50);
        FaultyProxy proxy = FaultyProxy.late(broker.url(), 1_000, 100);
        Member member = new Member(folder, proxy.url()).qos(qos)) {
      broker.publish(messages);
      member.start();
      broker.awaitDone(DEADLINE);
      assertStored(member, broker, messages, qos, "late");
      assertThat(broker.connections()).isEqualTo(1);
    }
  }

  /** 150,000 messages take every packet id twice; each cut has up to 60,000 delivered again. */
  @Tag(Full.TAG)
  @ParameterizedTest(name = "QoS {0}")
  @ValueSource(ints = {1, 2})
  void packetIdsGoAroundAndAFullWindowIsDeliveredAgain(int qos) {
    Seeded.run(1, random -> cutAgainAndAgain(qos, 60_000, 150_000, 8, random));
  }

  @Tag(Soak.TAG)
  @ParameterizedTest(name = "QoS {0}")
  @ValueSource(ints = {1, 2})
  void losesNothingOverManyCuts(int qos) {
    int cuts = 10 * Soak.rounds(100);
    Seeded.run(1, random -> cutAgainAndAgain(qos, 65_535, cuts * 5_000, cuts, random));
  }

  /** The broker has more in flight than Receive Maximum allows, by far: that is borne. */
  private void cutAgainAndAgain(int qos, int window, int messages, int cuts, Random random)
      throws Exception {
    Path home = folder.resolve("cuts-" + qos + "-" + random.nextInt(1_000_000));
    try (SessionBroker broker = new SessionBroker(qos, window, 20);
        Member member =
            new Member(home, broker.url())
                .qos(qos)
                .receiveMaximum(10)
                .storeMaxBytes(1L << 30)
                .start()) {
      for (int cut = 1; cut <= cuts; cut++) {
        broker.publish(messages / cuts);
        long due = Math.max(0, (long) messages / cuts * (cut - 1) - random.nextInt(1_000));
        Await.until("message " + due, DEADLINE, () -> broker.done() >= due);
        LockSupport.parkNanos(1_000L * random.nextInt(20_000));
        Await.until("a connection to cut", DEADLINE, broker::cut);
      }
      broker.publish(messages % cuts);
      broker.awaitDone(DEADLINE);
      Await.until("the last connection", DEADLINE, () -> broker.connections() == cuts + 1);
      System.out.printf(
          "%d messages at QoS %d over %d connections: %s%n",
          messages, qos, broker.connections(), member.status().counts());
      assertStored(member, broker, messages, qos, "cuts");
    }
  }

  private static long inFlight(Member member) {
    InFlightIds ids = member.store().inFlight();
    return IntStream.rangeClosed(1, 0xFFFF)
        .mapToLong(ids::fingerprint)
        .filter(fingerprint -> fingerprint != 0 && !InFlightIds.isReleased(fingerprint))
        .count();
  }

  @Test
  void sessionThatIsForgottenWhileAMemberIsAwayLeavesNoIdInFlight() throws Exception {
    try (SessionBroker broker = new SessionBroker(2, 100, 8)) {
      Member member = new Member(folder, broker.url()).qos(2);
      broker.publish(1_000);
      member.start();
      broker.awaitDone(DEADLINE);
      broker.keepPubrel();
      broker.publish(100);
      Await.until(
          "a window in flight", DEADLINE, () -> broker.acknowledged().cardinality() == 1_100);
      member.stop();
      assertThat(inFlight(member)).isEqualTo(100);
      broker.forgetSession();
      broker.publish(1_000);
      try (member) {
        member.start().await(State.CONNECTED);
        broker.awaitDone(DEADLINE);
        member.stop();
        member.start().await(State.CONNECTED);
        assertThat(inFlight(member)).isZero();
        StoredNumbers stored = new StoredNumbers();
        stored.follow(member.store());
        stored.assertHolds(broker.acknowledged());
        assertThat(stored.duplicates()).isZero();
        assertThat(broker.violations()).isEmpty();
      }
    }
  }

  static void assertStored(
      Member member, SessionBroker broker, int messages, int qos, String what) {
    StoredNumbers stored = new StoredNumbers();
    stored.follow(member.store());
    BitSet all = new BitSet();
    all.set(0, messages);
    stored.assertHolds(all);
    assertThat(broker.violations()).as(what).isEmpty();
    if (qos == 2) {
      assertThat(stored.duplicates()).as("duplicates, %s", what).isZero();
      assertThat(member.store().extent().next()).isEqualTo(messages);
    }
  }
}
