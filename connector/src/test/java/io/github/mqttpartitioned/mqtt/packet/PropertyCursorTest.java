// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.mqtt.packet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PropertyCursorTest {

  private final PropertyCursor cursor = new PropertyCursor();

  @Test
  void walksEveryPropertyOfPublish() throws MalformedPropertiesException {
    reset(
        "01 01"
            + "02 FFFFFFFE"
            + "23 0102"
            + "08 0003 612F62"
            + "09 0002 00FF"
            + "26 0001 6B 0002 C3A4"
            + "0B 8001"
            + "26 0001 6B 0000"
            + "0B 05"
            + "03 0004 74657874");

    assertNumber(PropertyCursor.PAYLOAD_FORMAT, 1);
    assertNumber(PropertyCursor.MESSAGE_EXPIRY_INTERVAL, 0xFFFFFFFEL);
    assertNumber(PropertyCursor.TOPIC_ALIAS, 0x0102);
    assertText(PropertyCursor.RESPONSE_TOPIC, "a/b");
    assertThat(cursor.next()).isTrue();
    assertThat(cursor.id()).isEqualTo(PropertyCursor.CORRELATION_DATA);
    assertThat(cursor.value()).isEqualTo(new byte[] {0, -1});
    assertText(PropertyCursor.USER_PROPERTY, "ä");
    assertThat(cursor.key()).isEqualTo(new byte[] {'k'});
    assertNumber(PropertyCursor.SUBSCRIPTION_IDENTIFIER, 128);
    assertText(PropertyCursor.USER_PROPERTY, "");
    assertThat(cursor.key()).isEqualTo(new byte[] {'k'});
    assertNumber(PropertyCursor.SUBSCRIPTION_IDENTIFIER, 5);
    assertText(PropertyCursor.CONTENT_TYPE, "text");
    assertThat(cursor.next()).isFalse();
    assertThat(cursor.next()).isFalse();
  }

  @Test
  void startsAnewAfterReset() throws MalformedPropertiesException {
    reset("01 00");
    assertNumber(PropertyCursor.PAYLOAD_FORMAT, 0);
    reset("01 01");
    assertNumber(PropertyCursor.PAYLOAD_FORMAT, 1);
    reset("");
    assertThat(cursor.next()).isFalse();
  }

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource({
    "an unknown identifier,           04 00,               0x04 does not belong",
    "an identifier of another packet, 11 00000000,         0x11 does not belong",
    "an identifier above 63,          81 00,               0x81 does not belong",
    "a property twice,                01 00 01 00,         0x01 comes twice",
    "an alias twice,                  23 0001 23 0001,     0x23 comes twice",
    "a content type twice,            03 0000 03 0000,     0x03 comes twice",
    "a format that is neither,        01 02,               Payload Format Indicator is 2",
    "a byte that is not there,        01,                  beyond the property section",
    "a cut expiry interval,           02 000000,           beyond the property section",
    "a cut alias,                     23 00,               beyond the property section",
    "a cut length,                    03 00,               beyond the property section",
    "a cut text,                      03 0003 6162,        beyond the property section",
    "cut binary data,                 09 FFFF 00,          beyond the property section",
    "a user property without value,   26 0001 6B,          beyond the property section",
    "a cut variable byte integer,     0B 80,               beyond the property section",
    "a variable byte integer of 5,    0B 8080808001,       longer than 4 bytes",
    "a text that is not UTF-8,        03 0001 FF,          0x03 is not well-formed UTF-8",
    "a topic with U+0000,             08 0001 00,          0x08 is not well-formed UTF-8",
    "a key that is not UTF-8,         26 0001 80 0000,     0x26 is not well-formed UTF-8",
    "a value that is not UTF-8,       26 0000 0001 80,     0x26 is not well-formed UTF-8",
  })
  void refuses(String what, String hex, String problem) {
    reset(hex);
    assertThatThrownBy(
            () -> {
              while (cursor.next()) {
                assertThat(cursor.id()).as(what).isPositive();
              }
            })
        .isInstanceOf(MalformedPropertiesException.class)
        .hasMessageContaining(problem);
  }

  private void reset(String hex) {
    byte[] properties = HexFormat.of().parseHex(hex.replace(" ", ""));
    // Bytes around the section, which must not be taken for a part of it.
    ByteBuffer packet =
        ByteBuffer.allocate(properties.length + 16).put(new byte[5]).put(properties);
    cursor.reset(packet, 5, properties.length);
  }

  private void assertNumber(int id, long number) throws MalformedPropertiesException {
    assertThat(cursor.next()).isTrue();
    assertThat(cursor.id()).isEqualTo(id);
    assertThat(cursor.number()).isEqualTo(number);
  }

  private void assertText(int id, String text) throws MalformedPropertiesException {
    assertThat(cursor.next()).isTrue();
    assertThat(cursor.id()).isEqualTo(id);
    assertThat(cursor.text()).isEqualTo(text);
  }
}
