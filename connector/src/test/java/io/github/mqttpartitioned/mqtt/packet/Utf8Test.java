// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.mqtt.packet;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.testkit.Seeded;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Utf8Test {

  private final CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();

  @Test
  void agreesWithTheJdkOnEveryPairOfBytes() {
    for (int pair = 0; pair < 1 << 16; pair++) {
      assertAgrees((byte) (pair >> 8), (byte) pair);
    }
  }

  @Test
  void agreesWithTheJdkOnEveryCodePoint() {
    for (int point = 1; point <= Character.MAX_CODE_POINT; point++) {
      if (point < Character.MIN_SURROGATE || point > Character.MAX_SURROGATE) {
        byte[] bytes = Character.toString(point).getBytes(StandardCharsets.UTF_8);
        assertThat(Utf8.isWellFormed(ByteBuffer.wrap(bytes), 0, bytes.length))
            .as("U+%04X", point)
            .isTrue();
      }
    }
  }

  @Test
  void agreesWithTheJdkOnAnything() {
    int[] interesting = {
      0x01, 0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0xED,
      0xEE, 0xEF, 0xF0, 0xF4, 0xF5, 0xF8, 0xFF
    };
    Seeded.run(
        50_000,
        random -> {
          byte[] bytes = new byte[random.nextInt(7)];
          for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) interesting[random.nextInt(interesting.length)];
          }
          assertAgrees(bytes);
        });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "00", // U+0000, which MQTT forbids
        "6100",
        "C080", // U+0000 in two bytes
        "C1BF", // overlong
        "E09FBF",
        "F08FBFBF",
        "EDA080", // a surrogate
        "EDBFBF",
        "F4908080", // above U+10FFFF
        "80", // a continuation alone
        "C2", // cut
        "E282",
        "F09F98"
      })
  void refuses(String hex) {
    byte[] bytes = HexFormat.of().parseHex(hex);
    assertThat(Utf8.isWellFormed(ByteBuffer.wrap(bytes), 0, bytes.length)).isFalse();
  }

  @Test
  void looksAtItsOwnBytesAlone() {
    ByteBuffer bytes = ByteBuffer.wrap(new byte[] {0, 'a', (byte) 0xC3, (byte) 0xA4, 0});
    assertThat(Utf8.isWellFormed(bytes, 1, 3)).isTrue();
    assertThat(Utf8.isWellFormed(bytes, 1, 2)).isFalse();
    assertThat(Utf8.isWellFormed(bytes, 1, 0)).isTrue();
  }

  private void assertAgrees(byte... bytes) {
    boolean expected;
    try {
      expected = decoder.decode(ByteBuffer.wrap(bytes)).chars().allMatch(c -> c != 0);
    } catch (CharacterCodingException e) {
      expected = false;
    }
    assertThat(Utf8.isWellFormed(ByteBuffer.wrap(bytes), 0, bytes.length))
        .as(HexFormat.of().formatHex(bytes))
        .isEqualTo(expected);
  }
}
