// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.receiver;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.mqtt.Secret;
import io.github.mqttpartitioned.mqtt.TlsSettings;
import io.github.mqttpartitioned.mqtt.TlsSettings.KeyMaterial;
import io.github.mqttpartitioned.mqtt.TlsSettings.StoreType;
import io.github.mqttpartitioned.receiver.FaultyProxy.Cut;
import io.github.mqttpartitioned.receiver.FaultyProxy.Direction;
import io.github.mqttpartitioned.receiver.FaultyProxy.End;
import io.github.mqttpartitioned.receiver.PartitionStatus.State;
import io.github.mqttpartitioned.testkit.Await;
import io.github.mqttpartitioned.testkit.Full;
import io.github.mqttpartitioned.testkit.Gateway;
import io.github.mqttpartitioned.testkit.Seeded;
import io.github.mqttpartitioned.testkit.SessionBroker;
import io.github.mqttpartitioned.testkit.Soak;
import io.github.mqttpartitioned.testkit.TestCertificates;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a network can do to a conversation, short of altering it. */
class FaultyNetworkTest {

  private static final int THREADS = 12;

  /** Three messages take more than that, either way, at either QoS. */
  private static final int LEAST_BYTES = 40;

  private static final int ACKNOWLEDGEMENT_BYTES = 4;

  private static final Duration DEADLINE = Duration.ofSeconds(60);

  @TempDir Path folder;

  /** Stands between the broker and the faulty network. */
  private Function<String, Gateway> transport = Gateway::tcp;

  private @Nullable KeyMaterial trust;

  @Test
  void cutAtAnyByteOfAConversationCostsNothing() throws Exception {
    cutAtEachByte(2, End.CLOSE);
  }

  @Test
  void cutAtAnyByteOfAWebSocketCostsNothing() throws Exception {
    transport = broker -> Gateway.webSocket(broker, FaultyNetworkTest::fragments);
    cutAtEachByte(2, End.CLOSE);
  }

  @Tag(Full.TAG)
  @ParameterizedTest
  @EnumSource(
      value = End.class,
      names = {"CLOSE", "RESET"})
  void cutAtAnyByteOfTlsCostsNothing(End end) throws Exception {
    TestCertificates certificates = TestCertificates.in(folder);
    trust =
        new KeyMaterial(
            certificates.server().truststore().toString(),
            new Secret(TestCertificates.PASSWORD),
            StoreType.PKCS12);
    transport =
        broker ->
            Gateway.tls(broker, certificates.serverContext(), InetAddress.getLoopbackAddress());
    cutAtEachByte(2, end);
  }

  /** Each piece of the broker's as a message of two frames. */
  private static void fragments(byte[] bytes, OutputStream member) throws IOException {
    int half = bytes.length / 2;
    member.write(Gateway.frame(Gateway.BINARY, Arrays.copyOf(bytes, half)));
    member.write(Gateway.frame(Gateway.FIN, Arrays.copyOfRange(bytes, half, bytes.length)));
  }

  @Tag(Soak.TAG)
  @ParameterizedTest(name = "QoS {0}, {1}")
  @CsvSource({"1, CLOSE", "1, RESET", "2, RESET"})
  void cutOfAnyKindAtAnyByteOfAConversationCostsNothing(int qos, End end) throws Exception {
    cutAtEachByte(qos, end);
  }

  /** Two messages wait for PUBREL and one for PUBREC when the second connection begins. */
  @Tag(Full.TAG)
  @Test
  void cutAtAnyByteOfARedeliveryCostsNothing() throws Exception {
    int whole = length(bytes -> converse(2, new Cut(Direction.TO_BROKER, bytes, End.CLOSE)));
    Cut begun = new Cut(Direction.TO_BROKER, whole - 4 * ACKNOWLEDGEMENT_BYTES, End.CLOSE);
    for (Direction direction : Direction.values()) {
      cutAtEachByte(
          "a redelivery " + direction,
          bytes -> converse(2, begun, new Cut(direction, bytes, End.CLOSE)));
    }
  }

  /** A conversation of three messages, from CONNECT to the last PUBACK or PUBCOMP. */
  private void cutAtEachByte(int qos, End end) throws Exception {
    for (Direction direction : Direction.values()) {
      cutAtEachByte(
          "a conversation of QoS " + qos + " " + direction + ", " + end,
          bytes -> converse(qos, new Cut(direction, bytes, end)));
    }
  }

  /** Talks with a cut after so many bytes, and tells whether it came. */
  @FunctionalInterface
  private interface Conversation {
    boolean cutAt(int bytes) throws Exception;
  }

  private static void cutAtEachByte(String what, Conversation conversation) throws Exception {
    int length = length(conversation);
    System.out.printf("Cutting %s at each of %d bytes%n", what, length);
    assertThat(length).as(what).isGreaterThan(LEAST_BYTES);
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    List<Future<?>> cuts = new ArrayList<>();
    Set<Integer> late = ConcurrentHashMap.newKeySet();
    for (int bytes = 1; bytes <= length; bytes++) {
      int at = bytes;
      cuts.add(
          threads.submit(
              () -> {
                if (!conversation.cutAt(at)) {
                  late.add(at);
                }
                return at;
              }));
    }
    try {
      for (Future<?> each : cuts) {
        each.get();
      }
    } catch (ExecutionException e) {
      throw new AssertionError(e.getCause().getMessage(), e.getCause());
    } finally {
      threads.shutdownNow();
      assertThat(threads.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
    }
    // Frames and records differ from one conversation to the next, and so does its length.
    assertThat(late).as("cuts that did not come").allMatch(at -> at > length / 2);
  }

  /** Bytes that go one way when nothing is cut, without those of the end. */
  private static int length(Conversation conversation) throws Exception {
    // Found by cutting ever later: a cut that never comes lies behind the end.
    int length = 0;
    for (int step = 256; step > 0; step /= 2) {
      if (conversation.cutAt(length + step)) {
        length += step;
      }
    }
    return length;
  }

  /** Returns whether the cuts came. */
  private boolean converse(int qos, Cut... cuts) throws Exception {
    String name = "q%d-%s".formatted(qos, Arrays.toString(cuts));
    Path home = Files.createTempDirectory(folder, "member");
    try (SessionBroker broker = new SessionBroker(qos, 10, 8);
        Gateway gateway = transport.apply(broker.url());
        FaultyProxy proxy = FaultyProxy.cutting(gateway.url("localhost"), cuts);
        Member member =
            new Member(home, proxy.url()).qos(qos).tls(new TlsSettings(trust, null, true))) {
      broker.publish(3);
      member.start();
      broker.awaitDone(DEADLINE);
      boolean cut = proxy.hasCut();
      assertStored(member, broker, 3, qos, name);
      return cut;
    }
  }

  @ParameterizedTest(name = "{0} bytes to the member")
  @ValueSource(ints = {12, 30})
  void silenceInTheMidstOfAConversationIsFoundOut(int bytes) throws Exception {
    try (SessionBroker broker = new SessionBroker(2, 10, 8);
        FaultyProxy proxy =
            FaultyProxy.cutting(broker.url(), new Cut(Direction.TO_MEMBER, bytes, End.SILENCE));
        Member member =
            new Member(folder, proxy.url())
                .qos(2)
                .keepAlive(Duration.ofSeconds(1))
                .connectTimeout(Duration.ofSeconds(2))) {
      broker.publish(3);
      member.start();
      broker.awaitDone(DEADLINE);
      assertThat(proxy.hasCut()).isTrue();
      assertStored(member, broker, 3, 2, "silence");
    }
  }

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
      assertThat(member.store().inFlight().size()).isEqualTo(100);
      broker.forgetSession();
      broker.publish(1_000);
      try (member) {
        member.start().await(State.CONNECTED);
        broker.awaitDone(DEADLINE);
        member.stop();
        member.start().await(State.CONNECTED);
        assertThat(member.store().inFlight().size()).isZero();
        StoredNumbers stored = new StoredNumbers();
        stored.follow(member.store());
        stored.assertHolds(broker.acknowledged());
        assertThat(stored.duplicates()).isZero();
        assertThat(broker.violations()).isEmpty();
      }
    }
  }

  private static void assertStored(
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
