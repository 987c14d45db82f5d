// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.mqtt.websocket;

import java.util.Set;

/** The kinds of frames, and the bits beside them in a frame's first two bytes (RFC 6455, 5.2). */
final class Opcode {

  static final int CONTINUATION = 0x0;
  static final int TEXT = 0x1;
  static final int BINARY = 0x2;
  static final int CLOSE = 0x8;
  static final int PING = 0x9;
  static final int PONG = 0xA;

  static final int FIN = 0x80;
  static final int RESERVED = 0x70;
  static final int MASKED = 0x80;

  /** A length of two bytes follows. */
  static final int LENGTH_16 = 126;

  /** A length of eight bytes follows. */
  static final int LENGTH_64 = 127;

  /** Codes of a CLOSE frame (RFC 6455, 7.4.1). */
  static final int NORMAL = 1000;

  static final int PROTOCOL_ERROR = 1002;
  static final int NOT_ACCEPTED = 1003;

  private static final int END_OF_CODES = 5000;
  private static final Set<Integer> NEVER_SENT = Set.of(1005, 1006, 1015);

  private Opcode() {}

  /** Whether a CLOSE frame may have a code (RFC 6455, 7.4): three of them stand for no frame. */
  static boolean mayClose(int code) {
    return code >= NORMAL && code < END_OF_CODES && !NEVER_SENT.contains(code);
  }

  static boolean isControl(int opcode) {
    return opcode >= CLOSE;
  }
}
