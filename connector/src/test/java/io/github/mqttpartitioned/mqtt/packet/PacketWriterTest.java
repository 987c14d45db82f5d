// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.mqtt.packet;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class PacketWriterTest {

  private static final byte[] PUBACK = {0x40, 2, 0, 1};
  private static final byte[] DISCONNECT = {(byte) 0xE0, 1, (byte) 0x81};

  private final ByteArrayOutputStream wire = new ByteArrayOutputStream();
  private final PacketWriter writer = new PacketWriter(wire);

  @Test
  void packetsOfPahoGoOutWholeAndBehindWhatWasSentBefore() throws IOException {
    writer.write(0xC0);
    writer.send(PUBACK, PUBACK.length);
    writer.write(new byte[] {0}, 0, 1);
    writer.flush();
    assertThat(wire.toByteArray()).containsExactly(0x40, 2, 0, 1, 0xC0, 0);
  }

  @Test
  void onlySoMuchIsSentAsThereIs() throws IOException {
    writer.send(new byte[] {0x40, 2, 0, 1, 9, 9}, 4);
    assertThat(wire.toByteArray()).isEqualTo(PUBACK);
  }

  /** [MQTT-3.14.4-1]; the acknowledgements of messages before a malformed packet come late. */
  @Test
  void behindDisconnectNothingGoesOut() throws IOException {
    writer.disconnect(DISCONNECT);
    assertThat(writer.send(PUBACK, PUBACK.length)).isFalse();
    writer.disconnect(DISCONNECT);
    writer.write(0xC0);
    writer.write(0);
    writer.flush();
    assertThat(wire.toByteArray()).isEqualTo(DISCONNECT);
  }
}
