// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.receiver;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.mqtt.network.TlsSettings;
import io.github.mqttpartitioned.mqtt.network.TlsSettings.KeyMaterial;
import io.github.mqttpartitioned.mqtt.network.TlsSettings.StoreType;
import io.github.mqttpartitioned.receiver.FaultyProxy.Cut;
import io.github.mqttpartitioned.receiver.FaultyProxy.Direction;
import io.github.mqttpartitioned.receiver.FaultyProxy.End;
import io.github.mqttpartitioned.receiver.PartitionStatus.State;
import io.github.mqttpartitioned.testkit.Await;
import io.github.mqttpartitioned.testkit.Full;
import io.github.mqttpartitioned.testkit.Gateway;
import io.github.mqttpartitioned.testkit.Scheme;
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
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A conversation of three messages over each transport, from the first byte of a handshake to the
 * last PUBACK or PUBCOMP, on a network that cuts it, falls silent, or is slow. The faults are below
 * TLS and WebSockets.
 */
class FaultyTransportTest {

  private static final int MESSAGES = 3;
  private static final int THREADS = 12;

  /** Three messages take more than that, either way, at either QoS. */
  private static final int LEAST_BYTES = 40;

  private static final int ACKNOWLEDGEMENT_BYTES = 4;

  private static final Duration DEADLINE = Duration.ofSeconds(60);

  @TempDir static Path files;

  private static SSLContext server;

  /** PEM: a password of PKCS12 takes more time than the rest of a conversation. */
  private static KeyMaterial trust;

  @TempDir Path folder;

  @BeforeAll
  static void makeCertificates() throws IOException {
    TestCertificates certificates = TestCertificates.in(files);
    server = certificates.serverContext();
    Path pem =
        Files.writeString(files.resolve("server.pem"), certificates.server().certificatePem());
    trust = new KeyMaterial(pem.toString(), null, StoreType.PEM);
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource
  void cutAtAnyByteCostsNothing(Scheme scheme) {
    Seeded.run(
        1,
        random -> {
          for (Direction direction : Direction.values()) {
            cutAtSome(scheme, 2, direction, End.CLOSE, random, 2 * THREADS);
          }
        });
  }

  @Tag(Full.TAG)
  @ParameterizedTest(name = "{0}")
  @EnumSource
  void silenceAfterAnyByteIsFoundOut(Scheme scheme) {
    Seeded.run(
        1, random -> cutAtSome(scheme, 2, Direction.TO_MEMBER, End.SILENCE, random, THREADS));
  }

  @Tag(Full.TAG)
  @ParameterizedTest(name = "{0}, QoS {1}, {2}")
  @CsvSource({"TCP, 2, CLOSE", "WS, 1, RESET", "WS, 2, CLOSE"})
  void cutAtEachByteCostsNothing(Scheme scheme, int qos, End end) throws Exception {
    for (Direction direction : Direction.values()) {
      cutAtSome(scheme, qos, direction, end, new Random(0), Integer.MAX_VALUE);
    }
  }

  @Tag(Soak.TAG)
  @ParameterizedTest(name = "{0}, QoS {1}, {2}")
  @CsvSource({
    "TCP, 1, CLOSE", "TCP, 1, RESET", "TCP, 2, RESET", "SSL, 1, CLOSE", "SSL, 1, RESET",
    "SSL, 2, CLOSE", "SSL, 2, RESET", "WS, 1, CLOSE", "WS, 2, RESET", "WSS, 1, CLOSE",
    "WSS, 1, RESET", "WSS, 2, CLOSE", "WSS, 2, RESET",
  })
  void cutOfAnyKindAtEachByteCostsNothing(Scheme scheme, int qos, End end) throws Exception {
    for (Direction direction : Direction.values()) {
      cutAtSome(scheme, qos, direction, end, new Random(0), Integer.MAX_VALUE);
    }
  }

  /** Two messages wait for PUBREL and one for PUBREC when the second connection begins. */
  @Tag(Full.TAG)
  @Test
  void cutAtAnyByteOfARedeliveryCostsNothing() throws Exception {
    long whole = converse(Scheme.TCP, 2).toBroker();
    Cut begun = new Cut(Direction.TO_BROKER, whole - 4 * ACKNOWLEDGEMENT_BYTES, End.CLOSE);
    Talk redelivery = converse(Scheme.TCP, 2, begun);
    for (Direction direction : Direction.values()) {
      cutAt(
          "a redelivery " + direction,
          upTo(redelivery.bytes(direction)),
          bytes -> converse(Scheme.TCP, 2, begun, new Cut(direction, bytes, End.CLOSE)).isCut());
    }
  }

  /**
   * @param most so many places are drawn, if there are more
   */
  private void cutAtSome(
      Scheme scheme, int qos, Direction direction, End end, Random random, int most)
      throws Exception {
    List<Integer> places = upTo(converse(scheme, qos).bytes(direction));
    Collections.shuffle(places, random);
    cutAt(
        "%s at QoS %d, %s, %s".formatted(scheme, qos, direction, end),
        places.subList(0, Math.min(most, places.size())),
        bytes -> converse(scheme, qos, new Cut(direction, bytes, end)).isCut());
  }

  /** Talks with a cut after so many bytes, and tells whether it came. */
  @FunctionalInterface
  private interface Conversation {
    boolean cutAt(int bytes) throws Exception;
  }

  private static void cutAt(String what, List<Integer> places, Conversation conversation)
      throws Exception {
    int length = Collections.max(places);
    System.out.printf("Cutting %s at %d of %d bytes%n", what, places.size(), length);
    assertThat(length).as(what).isGreaterThan(LEAST_BYTES);
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    List<Future<?>> cuts = new ArrayList<>();
    Set<Integer> late = ConcurrentHashMap.newKeySet();
    for (int bytes : places) {
      cuts.add(
          threads.submit(
              () -> {
                if (!conversation.cutAt(bytes)) {
                  late.add(bytes);
                }
                return bytes;
              }));
    }
    try {
      for (Future<?> each : cuts) {
        each.get();
      }
    } catch (ExecutionException e) {
      throw new AssertionError(what + ": " + e.getCause().getMessage(), e.getCause());
    } finally {
      threads.shutdownNow();
      assertThat(threads.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
    }
    // Frames and records differ from one conversation to the next, and so does its length.
    assertThat(late).as("cuts that did not come").allMatch(at -> at > length / 2);
  }

  private static List<Integer> upTo(long length) {
    return new ArrayList<>(IntStream.rangeClosed(1, (int) length).boxed().toList());
  }

  /**
   * How a conversation went.
   *
   * @param isCut whether the cuts came
   * @param toMember bytes that the last connection passed before the end began
   * @param toBroker the same, the other way
   */
  private record Talk(boolean isCut, long toMember, long toBroker) {

    long bytes(Direction direction) {
      return direction == Direction.TO_MEMBER ? toMember : toBroker;
    }
  }

  private Talk converse(Scheme scheme, int qos, Cut... cuts) throws Exception {
    String name = "%s-q%d-%s".formatted(scheme, qos, Arrays.toString(cuts));
    try (SessionBroker broker = new SessionBroker(qos, 10, 8);
        Gateway gateway = gateway(scheme, broker);
        FaultyProxy proxy = FaultyProxy.cutting(gateway.url("localhost"), cuts);
        Member member = member(proxy.url()).qos(qos)) {
      if (Stream.of(cuts).anyMatch(cut -> cut.end() == End.SILENCE)) {
        member.keepAlive(Duration.ofSeconds(1)).connectTimeout(Duration.ofSeconds(2));
      }
      broker.publish(MESSAGES);
      member.start();
      broker.awaitDone(DEADLINE);
      Talk talk =
          new Talk(
              proxy.hasCut(), proxy.passed(Direction.TO_MEMBER), proxy.passed(Direction.TO_BROKER));
      FaultyNetworkTest.assertStored(member, broker, MESSAGES, qos, name);
      return talk;
    }
  }

  /** No FIN comes, and no answer: the host is gone, or a firewall has forgotten the connection. */
  @ParameterizedTest(name = "{0}")
  @EnumSource
  void halfOpenConnectionIsLeftWithinTwoIntervals(Scheme scheme) throws Exception {
    Duration keepAlive = Duration.ofSeconds(1);
    try (SessionBroker broker = new SessionBroker(2, 10, 8);
        Gateway gateway = gateway(scheme, broker);
        SilentProxy proxy = new SilentProxy(gateway.url("localhost"));
        Member member = member(proxy.url()).qos(2).keepAlive(keepAlive)) {
      broker.publish(MESSAGES);
      member.start();
      broker.awaitDone(DEADLINE);
      proxy.silence();
      long begun = System.nanoTime();
      broker.publish(MESSAGES);
      Await.until(
          "the end of the connection",
          DEADLINE,
          () -> member.status().state() == State.CONNECTING || broker.connections() == 2);
      assertThat(Duration.ofNanos(System.nanoTime() - begun))
          .isBetween(keepAlive.dividedBy(2), keepAlive.multipliedBy(2).plusSeconds(2));
      broker.awaitDone(DEADLINE);
      FaultyNetworkTest.assertStored(member, broker, 2 * MESSAGES, 2, "half open, " + scheme);
    }
  }

  @ParameterizedTest(name = "{0}, QoS {1}")
  @CsvSource({"TCP, 1", "SSL, 2", "WS, 1", "WSS, 2"})
  void aFewBytesAtATimeChangeNothing(Scheme scheme, int qos) throws Exception {
    int messages = 50;
    try (SessionBroker broker = new SessionBroker(qos, 20, 50);
        Gateway gateway = gateway(scheme, broker);
        FaultyProxy proxy = FaultyProxy.late(gateway.url("localhost"), 1_000, 5);
        Member member = member(proxy.url()).qos(qos)) {
      broker.publish(messages);
      member.start();
      broker.awaitDone(DEADLINE);
      FaultyNetworkTest.assertStored(member, broker, messages, qos, "slow, " + scheme);
      assertThat(broker.connections()).isEqualTo(1);
    }
  }

  /** One that has been connected before: it tries until it succeeds. */
  private Member member(String url) throws IOException {
    return new Member(Files.createTempDirectory(folder, "member"), url)
        .tls(new TlsSettings(trust, null, true))
        .connectedBefore(true);
  }

  private static Gateway gateway(Scheme scheme, SessionBroker broker) {
    String url = broker.url();
    return switch (scheme) {
      case TCP -> Gateway.tcp(url);
      case SSL -> Gateway.tls(url, server, InetAddress.getLoopbackAddress());
      case WS -> Gateway.webSocket(url, FaultyTransportTest::fragments);
      case WSS -> Gateway.webSocket(url, FaultyTransportTest::fragments, server);
    };
  }

  /** Each piece of the broker's as a message of two frames. */
  private static void fragments(byte[] bytes, OutputStream member) throws IOException {
    int half = bytes.length / 2;
    member.write(Gateway.frame(Gateway.BINARY, Arrays.copyOf(bytes, half)));
    member.write(Gateway.frame(Gateway.FIN, Arrays.copyOfRange(bytes, half, bytes.length)));
  }
}
