// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.mqtt.packet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.mqttpartitioned.testkit.Packets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PacketFrameTest {

  private static final int BEFORE = 3;

  private final PacketFrame frame = new PacketFrame();

  @ParameterizedTest
  @ValueSource(ints = {0, 100, 200, 20_000, 3_000_000})
  void partsLieWhereThePacketHasThem(int payload) throws Exception {
    byte[] packet = Packets.publish("t", new byte[payload], 0, 0);
    byte[] buffer = new byte[BEFORE + packet.length + 1];
    System.arraycopy(packet, 0, buffer, BEFORE, packet.length);
    assertThat(frame.read(buffer, BEFORE, buffer.length)).isTrue();
    assertThat(frame.length()).isEqualTo(packet.length);
    assertThat(frame.bodyEnd()).isEqualTo(BEFORE + packet.length);
    // Topic with its length, and no properties.
    assertThat(frame.bodyLength()).isEqualTo(2 + 1 + 1 + payload);
    assertThat(frame.bodyStart()).isEqualTo(frame.bodyEnd() - frame.bodyLength());
  }

  @Test
  void lengthIsKnownBeforeAllOfThePacketIsHere() throws Exception {
    byte[] packet = Packets.publish("t", new byte[300], 0, 0);
    for (int limit = 0; limit < packet.length; limit++) {
      assertThat(frame.read(packet, 0, limit)).isFalse();
      assertThat(frame.length()).isEqualTo(limit < 3 ? 0 : packet.length);
    }
    assertThat(frame.read(packet, 0, packet.length)).isTrue();
  }

  @Test
  void remainingLengthOfFiveBytesIsMalformed() {
    byte[] packet = {0x30, (byte) 0x80, (byte) 0x80, (byte) 0x80, (byte) 0x80, 1};
    assertThatThrownBy(() -> frame.read(packet, 0, packet.length))
        .isInstanceOf(MalformedPacketException.class)
        .hasMessage("Remaining Length is longer than 4 bytes");
  }
}
