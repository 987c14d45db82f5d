// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.mqtt.packet;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PrintableTextTest {

  @ParameterizedTest
  @ValueSource(strings = {"", "plain", "C:\\dir", "ä ß 中文 عربي", "\uD83D\uDE00", "\uFFFD"})
  void textWithoutControlCharactersStays(String text) {
    assertThat(PrintableText.of(text)).isEqualTo(text);
  }

  /** C0, DEL, C1 with its NEL and CSI, separators, bidi controls, BOM, tag, lone surrogate. */
  @ParameterizedTest
  @ValueSource(
      ints = {
        0x00, 0x07, 0x08, 0x0A, 0x0D, 0x1B, 0x7F, 0x80, 0x85, 0x9B, 0x200B, 0x200F, 0x2028, 0x2029,
        0x202A, 0x202E, 0x2066, 0x2069, 0xFEFF, 0xD800, 0xDC00
      })
  void characterThatActsIsEscaped(int character) {
    assertThat(PrintableText.of("a" + (char) character + "z"))
        .isEqualTo("a\\u%04xz".formatted(character));
  }

  @Test
  void formatCharacterOfTwoUnitsIsEscaped() {
    assertThat(PrintableText.of("a\uDB40\uDC01z")).isEqualTo("a\\udb40\\udc01z");
  }

  @Test
  void longTextIsCutBetweenCodePoints() {
    String most = "\uD83D\uDE00".repeat(PrintableText.MAX_LENGTH);
    assertThat(PrintableText.of(most)).isEqualTo(most);
    assertThat(PrintableText.of(most + "a")).isEqualTo(most + "…");
  }
}
