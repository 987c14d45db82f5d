// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.mqtt.packet;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.testkit.Allocation;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class VarIntTest {

  /** The borders of table 1-1 in section 1.5.5. */
  @ParameterizedTest
  @CsvSource({
    "00, 0",
    "01, 1",
    "7F, 127",
    "8001, 128",
    "FF7F, 16383",
    "808001, 16384",
    "FFFF7F, 2097151",
    "80808001, 2097152",
    "FFFFFF7F, 268435455",
  })
  void readsValueAndLength(String hex, int value) {
    byte[] encoded = HexFormat.of().parseHex(hex);
    byte[] amid = HexFormat.of().parseHex("8080" + hex + "8080");
    for (long read :
        new long[] {
          VarInt.read(encoded, 0, encoded.length),
          VarInt.read(ByteBuffer.wrap(encoded), 0, encoded.length),
          VarInt.read(amid, 2, amid.length),
          VarInt.read(ByteBuffer.wrap(amid), 2, amid.length),
        }) {
      assertThat(VarInt.value(read)).isEqualTo(value);
      assertThat(VarInt.length(read)).isEqualTo(encoded.length);
    }
  }

  @Test
  void maximumIsThatOfTheSpecification() {
    assertThat(VarInt.MAX_VALUE).isEqualTo(268_435_455);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "80", "8080", "FFFFFF"})
  void endWithinAnIntegerIsIncomplete(String hex) {
    assertThat(read(hex)).containsOnly(VarInt.INCOMPLETE);
  }

  /** What lies after the given end does not count, even if the array has it. */
  @Test
  void givenEndCounts() {
    byte[] bytes = {(byte) 0x80, 1};
    assertThat(VarInt.read(bytes, 0, 1)).isEqualTo(VarInt.INCOMPLETE);
    assertThat(VarInt.read(ByteBuffer.wrap(bytes), 0, 1)).isEqualTo(VarInt.INCOMPLETE);
    assertThat(VarInt.read(bytes, 2, 2)).isEqualTo(VarInt.INCOMPLETE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"80808080", "8080808001", "FFFFFFFF7F"})
  void fifthByteIsMalformedWhetherItHasArrivedOrNot(String hex) {
    assertThat(read(hex)).containsOnly(VarInt.MALFORMED);
  }

  @Test
  void moreBytesThanTheValueNeedsAreAccepted() {
    for (long read : read("81808000")) {
      assertThat(VarInt.value(read)).isEqualTo(1);
      assertThat(VarInt.length(read)).isEqualTo(4);
    }
  }

  @Test
  void allocatesNothing() {
    byte[] bytes = {(byte) 0xFF, (byte) 0xFF, (byte) 0xFF, 0x7F};
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    sum(bytes, buffer);
    Allocation allocation = new Allocation();
    assertThat(sum(bytes, buffer)).isEqualTo(200_000L * VarInt.MAX_VALUE);
    // 100,000 objects would be 1,600,000 bytes at the least.
    allocation.assertAtMost(100_000);
  }

  private static long sum(byte[] bytes, ByteBuffer buffer) {
    long sum = 0;
    for (int i = 0; i < 100_000; i++) {
      sum += VarInt.value(VarInt.read(bytes, 0, bytes.length));
      sum += VarInt.value(VarInt.read(buffer, 0, bytes.length));
    }
    return sum;
  }

  private static long[] read(String hex) {
    byte[] bytes = HexFormat.of().parseHex(hex);
    return new long[] {
      VarInt.read(bytes, 0, bytes.length), VarInt.read(ByteBuffer.wrap(bytes), 0, bytes.length)
    };
  }
}
