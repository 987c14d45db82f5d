// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.receiver.inbound;

import java.io.IOException;

/** The broker sends a packet that the heap of this JVM has no room for. */
public final class PacketTooLargeException extends IOException {

  private static final long serialVersionUID = 1L;

  private final int length;
  private final long largest;
  private final long heapBytes;

  /**
   * @param length of the packet
   * @param largest length that is accepted
   * @param heapBytes the largest size of the heap
   */
  PacketTooLargeException(int length, long largest, long heapBytes) {
    super("a packet of %d bytes, the heap allows %d".formatted(length, largest));
    this.length = length;
    this.largest = largest;
    this.heapBytes = heapBytes;
  }

  public int length() {
    return length;
  }

  public long largest() {
    return largest;
  }

  public long heapBytes() {
    return heapBytes;
  }
}
