// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.receiver.inbound;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.mqttpartitioned.mqtt.packet.Authentication;
import io.github.mqttpartitioned.mqtt.packet.InFlightIds;
import io.github.mqttpartitioned.option.settings.AckMode;
import io.github.mqttpartitioned.testkit.MqttProperties;
import io.github.mqttpartitioned.testkit.Packets;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PacketReaderTest {

  private static final int SMALL = 100;
  private static final int LARGE = 3 << 20;

  private final ByteArrayOutputStream fromBroker = new ByteArrayOutputStream();
  private final Inbox inbox =
      new Inbox(
          new Object(),
          "tcp://broker:1883",
          new NodeMemory(1L << 30).share(),
          Duration.ofMillis(5),
          () -> false);

  PacketReaderTest() {
    fromBroker.writeBytes(Packets.connack(false, 0, MqttProperties.NONE));
  }

  @Test
  void aLargeMessageGetsABatchOfItsOwn() {
    publish(1_000, SMALL);
    publish(1, LARGE);
    publish(2, SMALL);

    read();

    assertThat(takeAll(Long.MAX_VALUE))
        .extracting(batch -> batch.block().count())
        .containsExactly(1_000, 1, 2);
  }

  @Test
  void batchesAreTakenInPiecesThatAStoreCanHold() {
    publish(3, LARGE);

    read();

    assertThat(inbox.take(2 * LARGE + (LARGE >> 1))).hasSize(2);
    assertThat(inbox.take(1)).as("one that is larger than what is asked for").hasSize(1);
    assertThat(inbox.hasBatches()).isFalse();
  }

  /** Half a message could be in it, which would count as received. */
  @Test
  void nothingIsStoredOfABatchInWhichAnErrorBreaksOff() {
    publish(3, SMALL);
    byte[] malformed = Packets.publish("t", new byte[SMALL], 1, 1);
    malformed[malformed.length - SMALL - 1] = (byte) 0xFF;
    fromBroker.writeBytes(malformed);
    PoisonMessages broken = null;

    assertThatThrownBy(reader(broken)::readAllBytes).hasCauseInstanceOf(RuntimeException.class);

    assertThat(inbox.hasBatches()).isFalse();
    assertThat(inbox.end()).isInstanceOf(NullPointerException.class);
  }

  private void publish(int count, int length) {
    for (int i = 0; i < count; i++) {
      fromBroker.writeBytes(Packets.publish("t", new byte[length], 0, 0));
    }
  }

  private void read() {
    assertThatThrownBy(reader(new PoisonMessages())::readAllBytes).isInstanceOf(EOFException.class);
  }

  private PacketReader reader(PoisonMessages poison) {
    InputStream in = new ByteArrayInputStream(fromBroker.toByteArray());
    PublishParser parser = new PublishParser(AckMode.STORED, new InFlightIds(), poison);
    return new PacketReader(in, inbox, parser, () -> 0, reason -> {}, Authentication.NONE);
  }

  private List<Batch> takeAll(long mostBytes) {
    List<Batch> batches = new ArrayList<>();
    while (inbox.hasBatches()) {
      batches.addAll(inbox.take(mostBytes));
    }
    return batches;
  }
}
