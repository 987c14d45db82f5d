// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.testkit;

import java.nio.ByteBuffer;

/**
 * Makes payloads that carry their publisher's number and their own: eight bytes, big endian, of
 * which the upper two are the publisher and the lower six the sequence, from 0; then zeros up to
 * the size. Confined to one thread.
 */
public final class NumberedMessages {

  /** Smallest payload: the number alone. */
  public static final int NUMBER_BYTES = Long.BYTES;

  private static final int MOST_PUBLISHERS = 1 << 16;
  private static final int SEQUENCE_BITS = 48;
  private static final long SEQUENCE_MASK = (1L << SEQUENCE_BITS) - 1;

  private final int publisher;
  private final int size;
  private long next;

  /**
   * @param publisher 0 to 65535
   * @param size bytes of each payload
   */
  public NumberedMessages(int publisher, int size) {
    if (publisher < 0 || publisher >= MOST_PUBLISHERS || size < NUMBER_BYTES) {
      throw new IllegalArgumentException(
          "Publisher %d with payloads of %d bytes; accepted are 0 to 65535, and 8 or more"
              .formatted(publisher, size));
    }
    this.publisher = publisher;
    this.size = size;
  }

  /** A new payload with the next number. */
  public byte[] next() {
    byte[] payload = new byte[size];
    ByteBuffer.wrap(payload).putLong(number(publisher, next++));
    return payload;
  }

  /** How many payloads were made. */
  public long count() {
    return next;
  }

  /** The eight bytes of a payload's number. */
  static long number(int publisher, long sequence) {
    return (long) publisher << SEQUENCE_BITS | sequence;
  }

  /** The publisher in a payload's first eight bytes. */
  public static int publisher(long number) {
    return (int) (number >>> SEQUENCE_BITS);
  }

  /** The sequence in a payload's first eight bytes. */
  public static long sequence(long number) {
    return number & SEQUENCE_MASK;
  }
}
