// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.examples.demo;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.io.Serializable;
import java.util.HashMap;
import java.util.Map;

/**
 * Which numbers of a sequence have been seen: all in the words below {@code full}, and those in the
 * words of 64 bits above it. Takes a few bytes as long as they come roughly in order. Confined to
 * one thread.
 */
final class Sequences implements Serializable {

  private static final long serialVersionUID = 1L;
  private static final long ALL = -1;

  private long full;
  private final HashMap<Long, Long> words = new HashMap<>();

  /**
   * Notes a number.
   *
   * @return false when it has been seen before
   */
  boolean add(long number) {
    if (number < 0) {
      throw new IllegalArgumentException("number " + number);
    }
    return add(number / Long.SIZE, 1L << number) == 0;
  }

  /**
   * Notes all numbers that another one has.
   *
   * @return how many of them have been seen before
   */
  long addAll(Sequences other) {
    long before = 0;
    for (long word = 0; word < other.full; word++) {
      before += add(word, ALL);
    }
    for (Map.Entry<Long, Long> word : other.words.entrySet()) {
      before += add(word.getKey(), word.getValue());
    }
    return before;
  }

  /** Notes numbers of a word; returns how many of them have been seen before. */
  private int add(long word, long bits) {
    if (word < full) {
      return Long.bitCount(bits);
    }
    long seen = words.getOrDefault(word, 0L);
    words.put(word, seen | bits);
    while (words.getOrDefault(full, 0L) == ALL) {
      words.remove(full++);
    }
    return Long.bitCount(seen & bits);
  }

  /** How many different numbers have been seen. */
  long count() {
    return full * Long.SIZE + words.values().stream().mapToLong(Long::bitCount).sum();
  }

  /** How many numbers below {@code limit} have been seen. */
  long countBelow(long limit) {
    if (limit <= full * Long.SIZE) {
      return limit;
    }
    long count = full * Long.SIZE;
    for (Map.Entry<Long, Long> word : words.entrySet()) {
      long bits = limit - word.getKey() * Long.SIZE;
      if (bits >= Long.SIZE) {
        count += Long.bitCount(word.getValue());
      } else if (bits > 0) {
        count += Long.bitCount(word.getValue() & ((1L << bits) - 1));
      }
    }
    return count;
  }

  void writeTo(DataOutput out) throws IOException {
    out.writeLong(full);
    out.writeInt(words.size());
    for (Map.Entry<Long, Long> word : words.entrySet()) {
      out.writeLong(word.getKey());
      out.writeLong(word.getValue());
    }
  }

  static Sequences readFrom(DataInput in) throws IOException {
    Sequences sequences = new Sequences();
    sequences.full = in.readLong();
    for (int left = in.readInt(); left > 0; left--) {
      sequences.words.put(in.readLong(), in.readLong());
    }
    return sequences;
  }
}
