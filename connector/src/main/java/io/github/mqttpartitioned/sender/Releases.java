// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.sender;

import io.github.mqttpartitioned.mqtt.packet.PacketType;
import java.util.Arrays;

/** PUBREL packets (section 3.6) that wait to be written. Guarded by the outbox's lock. */
final class Releases {

  private static final int BYTES = 1 << 10;

  private byte[] packets = new byte[BYTES];
  private int length;

  boolean isEmpty() {
    return length == 0;
  }

  void clear() {
    length = 0;
  }

  void add(int packetId) {
    if (packets.length - length < Integer.BYTES) {
      packets = Arrays.copyOf(packets, 2 * packets.length);
    }
    packets[length++] = (byte) (PacketType.PUBREL | PacketType.PUBREL_FLAGS);
    packets[length++] = Short.BYTES;
    packets[length++] = (byte) (packetId >>> Byte.SIZE);
    packets[length++] = (byte) packetId;
  }

  /** Moves all of them to {@code piece}. */
  void take(Piece piece, Owed owed) {
    for (int at = 0; at < length; at += Integer.BYTES) {
      owed.released((packets[at + 2] & 0xFF) << Byte.SIZE | (packets[at + 3] & 0xFF));
    }
    piece.set(packets, 0, length);
    packets = new byte[BYTES];
    length = 0;
  }
}
