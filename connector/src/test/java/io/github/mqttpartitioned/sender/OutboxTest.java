// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.sender;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.mqttpartitioned.mqtt.network.BrokerUrl;
import io.github.mqttpartitioned.mqtt.packet.ControlPackets.PublishLimits;
import io.github.mqttpartitioned.mqtt.packet.PacketType;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What an outbox gives out, without a network. */
class OutboxTest {

  private static final Duration LIMIT = Duration.ofMillis(300);
  private static final int PUBLISH_AGAIN_QOS_2 = PacketType.PUBLISH | 0b1100;

  private final SenderName name = new SenderName("sender", new BrokerUrl("tcp://broker:1883"));
  private final Outbox outbox = new Outbox(name, 10, Duration.ZERO, LIMIT);
  private final AtomicInteger givenUp = new AtomicInteger();

  private void connect(boolean sessionPresent) {
    connect(sessionPresent, System.nanoTime());
  }

  /** Makes a connection whose last bytes leave at {@code lastSent}, and another one after it. */
  private void connect(boolean sessionPresent, long lastSent) {
    outbox.connecting(name);
    outbox.connected(
        PublishLimits.NONE,
        sessionPresent,
        new Silence.Wire() {
          @Override
          public long sentAt() {
            return Math.min(System.nanoTime(), lastSent);
          }

          @Override
          public void giveUp() {
            givenUp.incrementAndGet();
            connect(true);
          }
        });
  }

  private int nextHeader() throws InterruptedException {
    Piece piece = requireNonNull(outbox.next());
    return piece.bytes[piece.from] & 0xFF;
  }

  /** The bytes of the message leave for four times the limit, then no more. */
  @Test
  void messageThatIsStillLeavingMakesProgress() throws Exception {
    long lastSent = System.nanoTime() + 4 * LIMIT.toNanos();
    connect(false, lastSent);
    outbox.begin(0, SenderListener.NONE);
    SenderFixture.put(outbox, 0, 1);
    assertThat(outbox.next()).isNotNull();
    assertThatThrownBy(outbox::awaitConfirmed).hasMessageContaining("[MQTT_CONFIRMATION_MISSING]");
    assertThat(Duration.ofNanos(System.nanoTime() - lastSent)).isGreaterThanOrEqualTo(LIMIT);
    assertThat(givenUp).hasValue(1);
  }

  @Test
  void rowsOfQos0WhoseWriteFailedAreWrittenOnTheNextConnection() throws Exception {
    connect(false);
    outbox.begin(0, SenderListener.NONE);
    SenderFixture.put(outbox, 0, 0);
    assertThat(nextHeader()).isEqualTo(PacketType.PUBLISH);
    outbox.writeFailed();
    connect(true);
    assertThat(nextHeader()).isEqualTo(PacketType.PUBLISH);
    SenderFixture.put(outbox, 1, 0);
    requireNonNull(outbox.next());
    assertThat(outbox.counts().sent()).isEqualTo(2);
    assertThat(outbox.counts().sentAgain()).isEqualTo(1);
  }

  /** A broker that has forgotten the message would answer PUBREL alone with 0x92. */
  @Test
  void messageWhoseReleaseWasNeverSentIsPublishedAgain() throws Exception {
    connect(false);
    outbox.begin(0, SenderListener.NONE);
    SenderFixture.put(outbox, 0, 2);
    requireNonNull(outbox.next());
    synchronized (outbox) {
      outbox.confirm(1, PacketType.PUBREC, 1, 0, "");
      outbox.settle();
    }
    connect(true);
    assertThat(nextHeader()).isEqualTo(PUBLISH_AGAIN_QOS_2);
    synchronized (outbox) {
      outbox.confirm(2, PacketType.PUBREC, 1, 0, "");
      outbox.settle();
    }
    assertThat(nextHeader()).isEqualTo(PacketType.PUBREL | PacketType.PUBREL_FLAGS);
    connect(true);
    assertThat(nextHeader()).isEqualTo(PacketType.PUBREL | PacketType.PUBREL_FLAGS);
  }
}
