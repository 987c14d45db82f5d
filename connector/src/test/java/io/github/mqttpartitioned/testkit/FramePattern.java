// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.testkit;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Random;

/**
 * PUBLISH packets of one size, encoded once, one behind the other in one buffer: before each
 * sending only packet ids and message numbers are written into them. Message n takes frame n modulo
 * {@link #frames}, and has topic n modulo the number of topics. Confined to one thread.
 */
final class FramePattern {

  private static final int USUAL_BYTES = 256 << 10;
  private static final long MOST_BYTES = 256L << 20;

  private final ByteBuffer buffer;
  private final int frames;
  private final int frameBytes;
  private final int idOffset;
  private final int numberOffset;

  /**
   * @param topics each of the same length in UTF-8
   * @param payloadBytes payloads of 8 bytes or more carry their {@link NumberedMessages} number
   */
  FramePattern(String[] topics, int payloadBytes, int qos) {
    byte[] payload = new byte[payloadBytes];
    new Random(payloadBytes).nextBytes(payload);
    Bytes encoded = new Bytes(USUAL_BYTES);
    put(encoded, topics[0], payload, qos);
    frameBytes = encoded.size();
    int rounds = Math.max(1, USUAL_BYTES / frameBytes / topics.length);
    frames = Math.multiplyExact(rounds, topics.length);
    if ((long) frames * frameBytes > MOST_BYTES) {
      throw new IllegalArgumentException(
          "%d topics with packets of %d bytes do not fit into %d bytes"
              .formatted(topics.length, frameBytes, MOST_BYTES));
    }
    for (int frame = 1; frame < frames; frame++) {
      put(encoded, topics[frame % topics.length], payload, qos);
    }
    if (encoded.size() != frames * frameBytes) {
      throw new IllegalArgumentException("Topics of different lengths");
    }
    buffer = ByteBuffer.allocateDirect(encoded.size()).put(encoded.toByteArray());
    numberOffset = payloadBytes < NumberedMessages.NUMBER_BYTES ? -1 : frameBytes - payloadBytes;
    // Between topic and payload: the packet id and one byte that says there are no properties.
    idOffset = qos == 0 ? -1 : frameBytes - payloadBytes - 3;
  }

  private static void put(Bytes out, String topic, byte[] payload, int qos) {
    byte[] topicBytes = topic.getBytes(StandardCharsets.UTF_8);
    Packets.putPublish(out, topicBytes, payload, qos << 1, 1, new byte[0]);
  }

  /** Bytes of each packet. */
  int frameBytes() {
    return frameBytes;
  }

  /**
   * Prepares the packets of consecutive messages.
   *
   * @param first number of the first
   * @param most how many at most; fewer where the buffer ends
   * @param publisher what their numbers name as their publisher
   * @return the packets, valid until the next call
   */
  ByteBuffer prepare(long first, long most, int publisher) {
    buffer.clear();
    int slot = (int) (first % frames);
    int count = (int) Math.min(most, frames - slot);
    int begin = slot * frameBytes;
    int at = begin;
    int id = packetId(first);
    long number = NumberedMessages.number(publisher, first);
    for (int i = 0; i < count; i++) {
      if (idOffset >= 0) {
        buffer.putShort(at + idOffset, (short) id);
        id = id == InFlight.MOST ? 1 : id + 1;
      }
      if (numberOffset >= 0) {
        buffer.putLong(at + numberOffset, number + i);
      }
      at += frameBytes;
    }
    return buffer.limit(at).position(begin);
  }

  /** The packet id of a message: 1 to 65535, and again from 1. */
  static int packetId(long message) {
    return (int) (message % InFlight.MOST) + 1;
  }
}
