// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.mqttpartitioned.testkit.SequenceCheck.Result;
import io.github.mqttpartitioned.testkit.TestBrokers.Kind;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each kind of broker of this machine, with the kit's publisher and a subscriber of Paho's. */
class TestBrokersTest {

  private static final Duration DEADLINE = Duration.ofSeconds(60);

  private static TestCertificates certificates;

  @BeforeAll
  static void makeCertificates(@TempDir Path folder) {
    certificates = TestCertificates.in(folder);
  }

  static List<Kind> kinds() {
    return TestBrokers.available();
  }

  static Stream<Arguments> kindsAndQos() {
    return kinds().stream().flatMap(kind -> Stream.of(0, 1, 2).map(qos -> Arguments.of(kind, qos)));
  }

  static Stream<Arguments> kindsAndReliableQos() {
    return kinds().stream().flatMap(kind -> Stream.of(1, 2).map(qos -> Arguments.of(kind, qos)));
  }

  @ParameterizedTest
  @MethodSource("kindsAndQos")
  void deliversEachMessageOnceAndInOrder(Kind kind, int qos) throws Exception {
    long count = 3000;
    SequenceCheck received = new SequenceCheck();
    try (TestBroker broker = kind.start(BrokerOptions.DEFAULTS);
        PahoSubscriber subscriber =
            PahoSubscriber.subscribe(broker.url(), "paho", "t/#", qos, received);
        Publisher publisher = Publisher.to(broker.url()).connect()) {
      NumberedMessages messages = new NumberedMessages(0, 100);
      for (int i = 0; i < count; i++) {
        publisher.publish("t/" + i % 10, messages.next(), qos);
      }
      publisher.awaitAcknowledged(DEADLINE);
      awaitReceived(received, count);

      assertExact(received.against(count));
      assertThat(subscriber.outOfOrder()).isZero();
    }
  }

  @Tag(Full.TAG)
  @ParameterizedTest
  @MethodSource("kindsAndReliableQos")
  void publisherLosesNothingOverARestart(Kind kind, int qos) throws Exception {
    long count = 10_000;
    SequenceCheck received = new SequenceCheck();
    try (TestBroker broker = kind.start(BrokerOptions.DEFAULTS.persistence(true))) {
      String url = broker.url();
      PahoSubscriber.subscribe(url, "paho", "t/#", qos, received).close();
      try (Publisher publisher = Publisher.to(url).reconnecting(true).connect()) {
        CompletableFuture<Void> publishing =
            CompletableFuture.runAsync(() -> publishNumbered(publisher, count, qos));
        Await.until("some messages", DEADLINE, () -> publisher.acknowledged() > count / 10);
        broker.restart();
        publishing.get(DEADLINE.toSeconds(), TimeUnit.SECONDS);
        publisher.awaitAcknowledged(DEADLINE);

        assertThat(broker.url()).isEqualTo(url);
        assertThat(publisher.reconnects()).isPositive();
        // Artemis keeps subscribers' sessions over a restart, and no publisher's.
        assertThat(publisher.sessionsLost()).isEqualTo(kind == Kind.EMBEDDED ? 1 : 0);
      }
      try (PahoSubscriber subscriber =
          PahoSubscriber.subscribe(url, "paho", "t/#", qos, received)) {
        Await.value("all messages", DEADLINE, received::distinct, distinct -> distinct >= count);
        assertThat(subscriber).isNotNull();
      }
      Result result = received.against(count);
      assertThat(result.isComplete()).as("%s", result).isTrue();
      if (qos == 2 && kind != Kind.EMBEDDED) {
        assertExact(result);
      }
    }
  }

  @Tag(Full.TAG)
  @ParameterizedTest
  @MethodSource("kinds")
  void publisherRepeatsNothingAtQos2OverLostConnections(Kind kind) throws Exception {
    long count = 10_000;
    SequenceCheck received = new SequenceCheck();
    try (TestBroker broker = kind.start(BrokerOptions.DEFAULTS);
        PahoSubscriber subscriber =
            PahoSubscriber.subscribe(broker.url(), "paho", "t/#", 2, received);
        Publisher publisher = Publisher.to(broker.url()).reconnecting(true).connect()) {
      CompletableFuture<Void> publishing =
          CompletableFuture.runAsync(() -> publishNumbered(publisher, count, 2));
      for (int cut = 1; cut <= 4; cut++) {
        long next = count * cut / 5;
        Await.until("some messages", DEADLINE, () -> publisher.acknowledged() > next);
        publisher.cut();
      }
      publishing.get(DEADLINE.toSeconds(), TimeUnit.SECONDS);
      publisher.awaitAcknowledged(DEADLINE);
      awaitReceived(received, count);

      assertThat(publisher.reconnects()).isGreaterThanOrEqualTo(4);
      Result result = received.against(count);
      assertThat(result.isComplete()).as("%s", result).isTrue();
      // Artemis may take a message from the lost connection and again from the next one.
      if (kind != Kind.EMBEDDED) {
        assertExact(result);
        assertThat(subscriber.outOfOrder()).isZero();
      }
    }
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void letsInOnlyTheUserAskedFor(Kind kind) {
    try (TestBroker broker = kind.start(BrokerOptions.DEFAULTS.credentials("ann", "s3cret"))) {
      PublisherBuilder right = Publisher.to(broker.url()).credentials("ann", "s3cret");
      PublisherBuilder wrong = Publisher.to(broker.url()).credentials("ann", "other");
      try (Publisher publisher = right.connect()) {
        publisher.publish("t", new byte[1], 1);
        publisher.awaitAcknowledged(DEADLINE);
      }
      assertThatThrownBy(wrong::connect)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("refused");
    }
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void listensWithTlsAndWebSockets(Kind kind) throws Exception {
    BrokerOptions options =
        BrokerOptions.DEFAULTS.tls(certificates).webSockets(true).clientCertificateRequired(true);
    try (TestBroker broker = kind.start(options)) {
      for (Scheme scheme : Scheme.values()) {
        SequenceCheck received = new SequenceCheck();
        try (PahoSubscriber subscriber =
                PahoSubscriber.subscribe(
                    broker.url(scheme),
                    "paho-" + scheme,
                    "t",
                    1,
                    received,
                    scheme.tls() ? certificates.clientContext() : null);
            Publisher publisher =
                Publisher.to(broker.url(Scheme.SSL))
                    .sslContext(certificates.clientContext())
                    .connect()) {
          publisher.publish("t", new NumberedMessages(0, 8).next(), 1);
          publisher.awaitAcknowledged(DEADLINE);
          awaitReceived(received, 1);
          assertThat(subscriber.outOfOrder()).isZero();
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void allowsNoMoreThanTheMaximumQos(Kind kind) {
    BrokerOptions options = BrokerOptions.DEFAULTS.maxQos(1);
    if (kind == Kind.EMBEDDED) {
      assertThatThrownBy(() -> kind.start(options))
          .isInstanceOf(UnsupportedOperationException.class)
          .hasMessageContaining("MAX_QOS");
    } else {
      try (TestBroker broker = kind.start(options);
          Publisher publisher = Publisher.to(broker.url()).connect()) {
        publisher.publish("t", new byte[1], 2);
        assertThatThrownBy(() -> publisher.awaitAcknowledged(DEADLINE))
            .isInstanceOf(IllegalStateException.class);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void isGoneWhenKilledAndBackWhenStarted(Kind kind) {
    try (TestBroker broker = kind.start(BrokerOptions.DEFAULTS.killable(true))) {
      assertThat(broker.supports(Feature.KILL)).isTrue();
      broker.kill();
      assertThatThrownBy(() -> Publisher.to(broker.url()).connect())
          .hasMessageContaining("Cannot connect");
      broker.start();
      Publisher.to(broker.url()).connect().close();
    }
  }

  @Test
  void durableBrokerKeepsWhatItHasAcknowledgedWhenKilled() throws Exception {
    long count = 3000;
    SequenceCheck received = new SequenceCheck();
    try (TestBroker broker = TestBrokers.start(BrokerOptions.DEFAULTS.durable(true))) {
      PahoSubscriber.subscribe(broker.url(), "paho", "t/#", 1, received).close();
      try (Publisher publisher = Publisher.to(broker.url()).reconnecting(true).connect()) {
        CompletableFuture<Void> publishing =
            CompletableFuture.runAsync(() -> publishNumbered(publisher, count, 1));
        Await.until("some messages", DEADLINE, () -> publisher.acknowledged() > count / 3);
        broker.kill();
        broker.start();
        publishing.get(DEADLINE.toSeconds(), TimeUnit.SECONDS);
        publisher.awaitAcknowledged(DEADLINE);
      }
      try (PahoSubscriber subscriber =
          PahoSubscriber.subscribe(broker.url(), "paho", "t/#", 1, received)) {
        Await.value("all messages", DEADLINE, received::distinct, distinct -> distinct >= count);
        assertThat(subscriber).isNotNull();
      }
    }
  }

  @Test
  void startsABrokerThatCanDoWhatIsAskedFor() {
    assertThat(TestBrokers.available()).contains(Kind.EMBEDDED);
    try (TestBroker broker = TestBrokers.start()) {
      assertThat(broker.url()).startsWith("tcp://127.0.0.1:");
    }
  }

  private static void publishNumbered(Publisher publisher, long count, int qos) {
    NumberedMessages messages = new NumberedMessages(0, 100);
    for (long i = 0; i < count; i++) {
      publisher.publish("t/" + i % 10, messages.next(), qos);
    }
  }

  private static void awaitReceived(SequenceCheck received, long count) {
    Await.value("all messages", DEADLINE, received::received, all -> all >= count);
  }

  private static void assertExact(Result result) {
    assertThat(result.isExact()).as("%s", result).isTrue();
  }
}
