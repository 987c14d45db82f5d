// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.testkit;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;

/**
 * Reads packets in bulk: as many bytes at a time as there are, and no object for each packet.
 * Confined to one thread.
 */
final class FrameScanner {

  /** Told of each packet, where it lies in the buffer; the buffer's position means nothing. */
  interface Handler {
    /**
     * Takes one packet.
     *
     * @param firstByte of the fixed header, 0 to 255
     * @param from where the packet's body begins in {@code buffer}
     * @param until where it ends
     */
    void frame(ByteBuffer buffer, int firstByte, int from, int until) throws IOException;

    /**
     * Takes the packets of one read once more, all together, after each has been handed on.
     *
     * @param packets from its position to its limit
     */
    default void frames(ByteBuffer packets) throws IOException {}
  }

  private static final int CAPACITY = 1 << 20;
  private static final int LONGEST_HEADER = 5;

  private final ReadableByteChannel channel;
  private final Handler handler;
  private ByteBuffer buffer;

  FrameScanner(ReadableByteChannel channel, Handler handler) {
    this(channel, handler, CAPACITY);
  }

  /**
   * @param capacity most bytes of one read, but for a packet that is longer
   */
  FrameScanner(ReadableByteChannel channel, Handler handler, int capacity) {
    this.channel = channel;
    this.handler = handler;
    this.buffer = ByteBuffer.allocateDirect(capacity);
  }

  /** Reads once, waiting for it, and hands on all whole packets; false at the stream's end. */
  boolean readOnce() throws IOException {
    if (channel.read(buffer) < 0) {
      return false;
    }
    int until = buffer.position();
    int at = 0;
    int missing = 0;
    while (missing == 0 && until - at >= 2) {
      int headerEnd = at + 1;
      int length = 0;
      int shift = 0;
      while (headerEnd < until && buffer.get(headerEnd) < 0 && headerEnd - at < LONGEST_HEADER) {
        length |= (buffer.get(headerEnd++) & 0x7F) << shift;
        shift += 7;
      }
      if (headerEnd - at >= LONGEST_HEADER) {
        throw new IOException("A remaining length of more than four bytes");
      }
      if (headerEnd == until) {
        missing = LONGEST_HEADER;
      } else {
        length |= buffer.get(headerEnd++) << shift;
        missing = Math.max(0, headerEnd + length - until);
      }
      if (missing == 0) {
        handler.frame(buffer, buffer.get(at) & 0xFF, headerEnd, headerEnd + length);
        at = headerEnd + length;
      }
    }
    handler.frames(buffer.duplicate().position(0).limit(at));
    keepFrom(at, missing);
    return true;
  }

  /** Keeps what begins a packet, with room for the rest of it. */
  private void keepFrom(int at, int missing) {
    buffer.flip().position(at);
    if (buffer.remaining() + missing > buffer.capacity()) {
      ByteBuffer larger =
          ByteBuffer.allocateDirect(Math.max(2 * buffer.capacity(), buffer.remaining() + missing));
      buffer = larger.put(buffer);
    } else {
      buffer.compact();
    }
  }
}
