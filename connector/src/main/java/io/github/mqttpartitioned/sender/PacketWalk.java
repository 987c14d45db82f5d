// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.sender;

import io.github.mqttpartitioned.mqtt.packet.PacketType;
import io.github.mqttpartitioned.mqtt.packet.VarInt;
import java.nio.charset.StandardCharsets;

/** Goes through the packets of a chunk. Confined to the holder of the outbox's lock. */
final class PacketWalk {

  private static final int DUP = 0x08;

  private final Chunk chunk;
  private final int limit;
  private int start;
  private int body;
  private int end;

  /**
   * @param from where a packet begins
   * @param limit where the last packet ends
   */
  PacketWalk(Chunk chunk, int from, int limit) {
    this.chunk = chunk;
    this.limit = limit;
    this.end = from;
  }

  /** Moves to the next packet; false behind the last one. */
  boolean next() {
    if (end == limit) {
      return false;
    }
    start = end;
    long remaining = VarInt.read(chunk.bytes, start + 1, limit);
    body = start + 1 + VarInt.length(remaining);
    end = body + VarInt.value(remaining);
    return true;
  }

  int start() {
    return start;
  }

  int end() {
    return end;
  }

  int qos() {
    return PacketType.flags(chunk.bytes[start]) >>> 1 & 0b11;
  }

  /** Packet Identifier, for QoS 1 and 2. */
  int packetId() {
    return unsignedShort(body + Short.BYTES + unsignedShort(body));
  }

  String topic() {
    return new String(chunk.bytes, body + Short.BYTES, unsignedShort(body), StandardCharsets.UTF_8);
  }

  /** Sets or clears DUP, [MQTT-3.3.1-1]. */
  void setDuplicate(boolean duplicate) {
    int header = chunk.bytes[start];
    chunk.bytes[start] = (byte) (duplicate ? header | DUP : header & ~DUP);
  }

  private int unsignedShort(int at) {
    return (chunk.bytes[at] & 0xFF) << Byte.SIZE | (chunk.bytes[at + 1] & 0xFF);
  }
}
