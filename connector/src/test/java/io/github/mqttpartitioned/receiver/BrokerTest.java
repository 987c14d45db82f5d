// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.receiver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.block.BlockCursor;
import io.github.mqttpartitioned.block.LogExtent;
import io.github.mqttpartitioned.block.OffsetRange;
import io.github.mqttpartitioned.mqtt.network.Secret;
import io.github.mqttpartitioned.mqtt.network.TlsSettings;
import io.github.mqttpartitioned.mqtt.network.TlsSettings.KeyMaterial;
import io.github.mqttpartitioned.mqtt.network.TlsSettings.StoreType;
import io.github.mqttpartitioned.receiver.PartitionStatus.State;
import io.github.mqttpartitioned.testkit.Await;
import io.github.mqttpartitioned.testkit.BrokerOptions;
import io.github.mqttpartitioned.testkit.Full;
import io.github.mqttpartitioned.testkit.Publisher;
import io.github.mqttpartitioned.testkit.Scheme;
import io.github.mqttpartitioned.testkit.TestBroker;
import io.github.mqttpartitioned.testkit.TestBrokers;
import io.github.mqttpartitioned.testkit.TestCertificates;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A member on a real broker. */
class BrokerTest {

  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource
  void receivesOverEachTransport(Scheme scheme) throws Exception {
    TestCertificates certificates = TestCertificates.in(folder);
    BrokerOptions options = BrokerOptions.DEFAULTS.webSockets(true).tls(certificates);
    KeyMaterial trust =
        new KeyMaterial(
            certificates.server().truststore().toString(),
            new Secret(TestCertificates.PASSWORD),
            StoreType.PKCS12);
    try (TestBroker broker = TestBrokers.start(options);
        Member member =
            new Member(folder, broker.url(scheme))
                .tls(new TlsSettings(trust, null, true))
                .startConnected();
        Publisher publisher = Publisher.to(broker.url()).connect()) {
      for (int i = 0; i < 1_000; i++) {
        publisher.publish("test/" + i, ("message " + i).getBytes(UTF_8), 1);
      }
      publisher.awaitAcknowledged(Member.DEADLINE);
      member.awaitStored(1_000);
      assertThat(member.payloads()).contains("message 0", "message 999");
    }
  }

  @Test
  void doesNotTrustACertificateThatNobodyVouchesFor() throws Exception {
    BrokerOptions options = BrokerOptions.DEFAULTS.tls(TestCertificates.in(folder));
    try (TestBroker broker = TestBrokers.start(options);
        Member member =
            new Member(folder, broker.url(Scheme.SSL))
                .connectTimeout(Duration.ofSeconds(2))
                .start()
                .await(State.FAILED)) {
      assertThat(member.status().problem())
          .hasMessageContaining("unable to find valid certification");
    }
  }

  @Test
  void wrongPasswordIsRefusedWithoutShowingIt() throws Exception {
    BrokerOptions options = BrokerOptions.DEFAULTS.credentials("user", "right");
    try (TestBroker broker = TestBrokers.start(options);
        Member member =
            new Member(folder, broker.url())
                .credentials("user", "wrong-secret")
                .start()
                .await(State.FAILED)) {
      assertThat(member.status().problem())
          .hasMessageContaining("Check")
          .hasMessageContaining("username")
          .hasMessageNotContaining("wrong-secret");
    }
    try (TestBroker broker = TestBrokers.start(options);
        Member member =
            new Member(folder.resolve("right"), broker.url()).credentials("user", "right")) {
      member.startConnected();
    }
  }

  @Tag(Full.TAG)
  @ParameterizedTest(name = "QoS {0}")
  @ValueSource(ints = {1, 2})
  void takesAMessageOf1ByteAndOneOf100MiB(int qos) throws Exception {
    byte[] large = new byte[100 << 20];
    new Random(1).nextBytes(large);
    try (TestBroker broker = TestBrokers.start();
        Member member =
            new Member(folder, broker.url()).qos(qos).storeMaxBytes(1L << 30).startConnected();
        Publisher publisher =
            Publisher.to(broker.url()).patience(Duration.ofMinutes(2)).connect()) {
      publisher.publish("test/small", new byte[] {42}, qos);
      publisher.publish("test/large", large, qos);
      publisher.publish("test/small", new byte[] {43}, qos);
      publisher.awaitAcknowledged(Duration.ofMinutes(2));
      member.awaitStored(3);
      assertThat(member.store().liveBytes()).isGreaterThan(large.length);
      StoredPayloads.check(member.store(), new byte[] {42}, large, new byte[] {43});
    }
  }

  @ParameterizedTest(name = "QoS {0}")
  @ValueSource(ints = {1, 2})
  void leavesTheBrokerWhenItsStoreIsFullAndComesBackAfterATrim(int qos) throws Exception {
    int messages = 40;
    byte[] payload = new byte[1 << 20];
    BrokerOptions options = BrokerOptions.DEFAULTS.maxQueued(0);
    try (TestBroker broker = TestBrokers.start(options);
        Member member =
            new Member(folder, broker.url()).qos(qos).storeMaxBytes(16L << 20).startConnected();
        Publisher publisher =
            Publisher.to(broker.url()).patience(Duration.ofMinutes(2)).window(4).connect()) {
      for (int i = 0; i < messages; i++) {
        payload[0] = (byte) i;
        publisher.publish("test/large", payload, qos);
      }
      publisher.awaitAcknowledged(Duration.ofMinutes(2));
      member.await(State.STORE_FULL);
      long full = member.store().extent().next();
      assertThat(full).isBetween(5L, 16L);
      assertThat(member.status().problem())
          .hasMessageContaining("full")
          .hasMessageContaining("storeMaxBytes");
      boolean[] seen = new boolean[messages];
      long[] read = {0};
      // By what was seen: at QoS 1 some of them come twice.
      Await.until(
          "each of " + messages + " messages",
          Duration.ofSeconds(60),
          () -> {
            read[0] = StoredPayloads.markFirstBytes(member.store(), read[0], seen);
            member.receiver().progress(Progress.ofTrim(read[0]));
            return allTrue(seen);
          });
      if (qos == 2 && broker.keepsPacketIds()) {
        assertThat(member.store().extent().next()).isEqualTo(messages);
      }
      member.await(State.CONNECTED);
    }
  }

  /** Its free pages do not lie side by side then, and no trim tells when they do again. */
  @Test
  void comesBackWithoutATrimWhenAReaderHasLetPagesGo() throws Exception {
    try (TestBroker broker = TestBrokers.start(BrokerOptions.DEFAULTS.maxQueued(0));
        Member member = new Member(folder, broker.url()).storeMaxBytes(16L << 20).startConnected();
        Publisher publisher = Publisher.to(broker.url()).window(1).connect()) {
      long[] published = {0};
      publish(publisher, published);
      member.awaitStored(1);
      try (BlockCursor reader = member.store().read(new OffsetRange(0, 1))) {
        assertThat(reader.next()).isNotNull();
        Await.until(
            "a store that is full of what the reader keeps",
            Duration.ofSeconds(60),
            () -> {
              LogExtent held = member.store().extent();
              // One message after the other, and what is before it trimmed already.
              if (held.next() == published[0] && held.earliest() == held.next() - 1) {
                publish(publisher, published);
              }
              member.receiver().progress(Progress.ofTrim(held.next() - 1));
              return member.status().state() == State.STORE_FULL;
            });
        assertThat(member.store().liveBytes()).isLessThan(4L << 20);
      }
      Await.until(
          "another try", Duration.ofMinutes(1), () -> member.status().state() == State.CONNECTED);
      member.awaitStored(published[0]);
    }
  }

  private static void publish(Publisher publisher, long[] published) {
    publisher.publish("test/" + published[0]++, new byte[300_000], 1);
  }

  @Test
  void leavesNoThreadBehind() throws Exception {
    try (TestBroker broker = TestBrokers.start()) {
      Member member = new Member(folder, broker.url()).startConnected();
      member.stop();
      Await.value(
          "no thread of the member's", Member.DEADLINE, BrokerTest::memberThreads, List::isEmpty);
    }
  }

  private static boolean allTrue(boolean[] flags) {
    for (boolean flag : flags) {
      if (!flag) {
        return false;
      }
    }
    return true;
  }

  private static List<String> memberThreads() {
    return Thread.getAllStackTraces().entrySet().stream()
        .filter(
            entry ->
                entry.getKey().getName().contains("member-0")
                    || entry.getKey().getName().equals("mqtt-receiver-0"))
        .map(entry -> entry.getKey() + " at " + List.of(entry.getValue()))
        .toList();
  }
}
