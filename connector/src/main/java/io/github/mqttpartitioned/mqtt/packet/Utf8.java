// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.mqtt.packet;

import java.nio.ByteBuffer;

/**
 * Checks text for UTF-8: as MQTT 5 requires it of its own strings (section 1.5.4), and as it is for
 * payloads. Thread-safe: it has no state.
 */
public final class Utf8 {

  private static final long NOT_ASCII = 0x8080_8080_8080_8080L;

  private Utf8() {}

  /**
   * Whether {@code [start, start + length)} is well-formed UTF-8 without U+0000 and surrogates
   * ([MQTT-1.5.4-1], [MQTT-1.5.4-2]). Allocates nothing.
   */
  public static boolean isWellFormed(ByteBuffer bytes, int start, int length) {
    return isUtf8(bytes, start, length, 1);
  }

  /**
   * Whether {@code [start, start + length)} is well-formed UTF-8 without surrogates (RFC 3629),
   * such as a payload with Payload Format Indicator 1 (section 3.3.2.3.2). U+0000 is text here.
   */
  public static boolean isText(ByteBuffer bytes, int start, int length) {
    return isUtf8(bytes, start, length, 0);
  }

  /** Whether all of {@code [start, start + length)} is ASCII. Looks at eight bytes at a time. */
  public static boolean isAscii(ByteBuffer bytes, int start, int length) {
    int end = start + length;
    int at = start;
    for (; at <= end - Long.BYTES; at += Long.BYTES) {
      if ((bytes.getLong(at) & NOT_ASCII) != 0) {
        return false;
      }
    }
    for (; at < end; at++) {
      if (bytes.get(at) < 0) {
        return false;
      }
    }
    return true;
  }

  private static boolean isUtf8(ByteBuffer bytes, int start, int length, int lowest) {
    int end = start + length;
    int at = start;
    while (at < end) {
      int first = bytes.get(at++);
      if (first >= lowest) {
        continue;
      }
      int more;
      int minimum;
      int point;
      if ((first & 0xE0) == 0xC0) {
        more = 1;
        minimum = 0x80;
        point = first & 0x1F;
      } else if ((first & 0xF0) == 0xE0) {
        more = 2;
        minimum = 0x800;
        point = first & 0x0F;
      } else if ((first & 0xF8) == 0xF0) {
        more = 3;
        minimum = 0x10000;
        point = first & 0x07;
      } else {
        return false;
      }
      if (end - at < more) {
        return false;
      }
      for (; more > 0; more--) {
        int next = bytes.get(at++);
        if ((next & 0xC0) != 0x80) {
          return false;
        }
        point = (point << 6) | (next & 0x3F);
      }
      if (point < minimum || point > 0x10FFFF || (point >= 0xD800 && point <= 0xDFFF)) {
        return false;
      }
    }
    return true;
  }
}
