package io.github.mqttpartitioned.examples.demo;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.BitSet;

/**
 * Which numbers of one device's sequence have been seen: all below {@code base}, and those in the
 * bits above it. Takes a few bytes as long as they come roughly in order. Confined to one thread.
 */
final class Sequences {

  private static final int TIDY_AT = 1 << 10;

  private long base;
  private BitSet above = new BitSet();

  /**
   * Notes a number.
   *
   * @return false when it has been seen before
   */
  boolean add(long sequence) {
    if (sequence < 0) {
      throw new IllegalArgumentException("sequence number " + sequence);
    }
    if (sequence < base) {
      return false;
    }
    int bit = Math.toIntExact(sequence - base);
    if (above.get(bit)) {
      return false;
    }
    above.set(bit);
    if (above.length() >= TIDY_AT) {
      tidy();
    }
    return true;
  }

  private void tidy() {
    int gapless = above.nextClearBit(0);
    if (gapless >= TIDY_AT) {
      base += gapless;
      above = above.get(gapless, above.length());
    }
  }

  /** How many different numbers have been seen. */
  long count() {
    return base + above.cardinality();
  }

  /** How many numbers below {@code limit} have been seen. */
  long countBelow(long limit) {
    if (limit <= base) {
      return limit;
    }
    int bits = (int) Math.min(limit - base, above.length());
    return base + above.get(0, bits).cardinality();
  }

  void writeTo(DataOutput out) throws IOException {
    long[] words = above.toLongArray();
    out.writeLong(base);
    out.writeInt(words.length);
    for (long word : words) {
      out.writeLong(word);
    }
  }

  static Sequences readFrom(DataInput in) throws IOException {
    Sequences sequences = new Sequences();
    sequences.base = in.readLong();
    long[] words = new long[in.readInt()];
    for (int i = 0; i < words.length; i++) {
      words[i] = in.readLong();
    }
    sequences.above = BitSet.valueOf(words);
    return sequences;
  }
}
