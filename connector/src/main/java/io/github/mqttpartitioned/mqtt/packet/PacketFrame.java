// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.mqtt.packet;

/**
 * Where the parts of a packet lie in the buffer that it arrives in (section 2.1). One object serves
 * all packets of a connection, one after the other, so that nothing is allocated for a packet.
 * Confined to one thread.
 */
public final class PacketFrame {

  private int bodyStart;
  private int bodyEnd;
  private int length;

  /**
   * Moves to the packet that begins at {@code start}. Its {@link #length} is known as soon as its
   * fixed header is here.
   *
   * @param limit first index that holds no byte of the broker yet
   * @return whether all of the packet is here
   */
  public boolean read(byte[] buffer, int start, int limit) throws MalformedPacketException {
    long remaining = VarInt.read(buffer, start + 1, limit);
    if (remaining == VarInt.INCOMPLETE) {
      return false;
    }
    if (remaining == VarInt.MALFORMED) {
      throw new MalformedPacketException(
          ReasonCode.MALFORMED_PACKET, "Remaining Length is longer than 4 bytes");
    }
    bodyStart = start + 1 + VarInt.length(remaining);
    bodyEnd = bodyStart + VarInt.value(remaining);
    length = bodyEnd - start;
    return bodyEnd <= limit;
  }

  /** Index of the first byte after the fixed header. */
  public int bodyStart() {
    return bodyStart;
  }

  /** Index after the last byte of the packet. */
  public int bodyEnd() {
    return bodyEnd;
  }

  /** Number of bytes after the fixed header: the Remaining Length. */
  public int bodyLength() {
    return bodyEnd - bodyStart;
  }

  /** Number of bytes of the packet, its fixed header included. */
  public int length() {
    return length;
  }
}
