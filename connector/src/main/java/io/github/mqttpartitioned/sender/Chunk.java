// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.sender;

import io.github.mqttpartitioned.mqtt.packet.PacketType;
import io.github.mqttpartitioned.mqtt.packet.VarInt;

/**
 * Some PUBLISH packets, one after the other, in the order of their rows.
 *
 * <p>The writer appends a packet and then publishes it; what is published never moves. All other
 * fields belong to the {@link Outbox} and are guarded by its lock.
 */
final class Chunk {

  /** Size of a chunk in bytes. A larger packet gets a larger chunk. */
  static final int USUAL = 128 << 10;

  private static final int PACKETS_SHIFT = 32;
  private static final int SEQUENCES_SHIFT = 48;
  private static final int PACKETS_MASK = 0xFFFF;

  /** The packets. */
  final byte[] bytes;

  /** Number of the first packet's row in its task. */
  private long firstRow;

  /** Number of the first packet of QoS 1 or 2 among those of the session. */
  private long firstSequence;

  /** What the writer has appended, as {@link #published}. Confined to the writer. */
  private long appended;

  /**
   * Published packets: those of QoS 1 and 2 in the upper 16 bits, all of them in the next 16, their
   * bytes in the lower half. A packet has 6 bytes or more, so a chunk holds fewer than 2^15.
   */
  private volatile long published;

  /** Bytes that the sender thread has taken for the present connection. */
  int sent;

  /** Bytes that it has taken for an earlier connection. */
  int sentBefore;

  /** Bytes that have been written once: QoS 0 before this is over, section 4.3.1. */
  int written;

  /** Packets before {@link #sent}. */
  int sentPackets;

  /** Packets of QoS 1 or 2 before {@link #sent}. */
  int sentSequences;

  /** Whether the writer has moved on to the next chunk. */
  boolean closed;

  Chunk(byte[] bytes) {
    this.bytes = bytes;
  }

  /** Empties the chunk. */
  void reset(long row, long sequence) {
    firstRow = row;
    firstSequence = sequence;
    appended = 0;
    published = 0;
    sent = 0;
    sentBefore = 0;
    written = 0;
    sentPackets = 0;
    sentSequences = 0;
    closed = false;
  }

  /**
   * Writes a packet up to its payload, behind what is published.
   *
   * @return where the payload begins
   */
  int begin(
      int flags,
      int packetId,
      int remainingLength,
      byte[] topic,
      int topicLength,
      byte[] properties,
      int propertiesLength) {
    int at = length();
    bytes[at++] = (byte) (PacketType.PUBLISH | flags);
    at = VarInt.write(bytes, at, remainingLength);
    at = putShort(at, topicLength);
    System.arraycopy(topic, 0, bytes, at, topicLength);
    at += topicLength;
    if (packetId != 0) {
      at = putShort(at, packetId);
    }
    at = VarInt.write(bytes, at, propertiesLength);
    System.arraycopy(properties, 0, bytes, at, propertiesLength);
    return at + propertiesLength;
  }

  private int putShort(int at, int value) {
    bytes[at] = (byte) (value >>> Byte.SIZE);
    bytes[at + 1] = (byte) value;
    return at + Short.BYTES;
  }

  /**
   * Gives the packet that has been written to the sender thread.
   *
   * @param length bytes of the packet
   * @param numbered whether it is of QoS 1 or 2
   */
  void publish(int length, boolean numbered) {
    appended += (numbered ? 1L << SEQUENCES_SHIFT : 0) + (1L << PACKETS_SHIFT) + length;
    published = appended;
  }

  /** Published bytes, for the writer. */
  private int length() {
    return bytes(appended);
  }

  /** What is published now, for {@link #bytes}, {@link #packets} and {@link #sequences}. */
  long published() {
    return published;
  }

  static int bytes(long published) {
    return (int) published;
  }

  static int packets(long published) {
    return (int) (published >>> PACKETS_SHIFT) & PACKETS_MASK;
  }

  /** Packets of QoS 1 and 2. */
  static int sequences(long published) {
    return (int) (published >>> SEQUENCES_SHIFT);
  }

  /** Whether the sender thread has taken all that is published, for the present connection. */
  boolean isSent() {
    return sent == bytes(published);
  }

  boolean isEmpty() {
    return published == 0;
  }

  /** Whether a packet of this length still fits. Confined to the writer. */
  boolean hasRoom(long packetLength) {
    return bytes.length - length() >= packetLength;
  }

  long firstRow() {
    return firstRow;
  }

  long firstSequence() {
    return firstSequence;
  }

  /** Number of the first packet of QoS 1 or 2 behind what is published. */
  long endSequence() {
    return firstSequence + sequences(published);
  }
}
