// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.testkit;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/** Cuts a stream into packets, reading as much at a time as there is. Confined to one thread. */
final class PacketReader {

  private static final int CAPACITY = 64 << 10;

  private final InputStream in;
  private byte[] buffer = new byte[CAPACITY];
  private int from;
  private int until;

  PacketReader(InputStream in) {
    this.in = in;
  }

  /**
   * The next packet; waits for it.
   *
   * @throws EOFException if the stream ends, between packets or within one
   */
  Packet read() throws IOException {
    int size = bufferedSize();
    while (size < 0 || until - from < size) {
      fill(Math.max(size, 0));
      size = bufferedSize();
    }
    int bodyFrom = from + 1;
    while (buffer[bodyFrom] < 0) {
      bodyFrom++;
    }
    Packet packet = Packet.of(buffer[from], Arrays.copyOfRange(buffer, bodyFrom + 1, from + size));
    from += size;
    return packet;
  }

  /** Whether {@link #read} would return at once, without touching the stream. */
  boolean hasBuffered() throws IOException {
    int size = bufferedSize();
    return size >= 0 && until - from >= size;
  }

  /** Bytes of the packet at {@link #from} with its fixed header; -1 if that is not yet known. */
  private int bufferedSize() throws IOException {
    int length = 0;
    for (int i = 0; i < 4; i++) {
      int at = from + 1 + i;
      if (at >= until) {
        return -1;
      }
      length |= (buffer[at] & 0x7F) << (7 * i);
      if (buffer[at] >= 0) {
        return 2 + i + length;
      }
    }
    throw new IOException("A remaining length of more than four bytes");
  }

  private void fill(int packetSize) throws IOException {
    if (from > 0) {
      System.arraycopy(buffer, from, buffer, 0, until - from);
      until -= from;
      from = 0;
    }
    if (buffer.length < packetSize) {
      buffer = Arrays.copyOf(buffer, packetSize);
    }
    int read = in.read(buffer, until, buffer.length - until);
    if (read < 0) {
      throw new EOFException("The other side closed the connection");
    }
    until += read;
  }
}
