// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.block;

import java.io.Serializable;

/**
 * The offsets that a partition's store holds: every offset of {@code [earliest, next)}.
 *
 * @param first offset that the store began with, 0 or more. Only a store that this one has replaced
 *     can have held lower ones
 * @param earliest lowest offset that can still be read, at least {@code first}
 * @param next offset that the next message gets, at least {@code earliest}
 */
public record LogExtent(long first, long earliest, long next) implements Serializable {

  public LogExtent {
    if (first < 0 || earliest < first || next < earliest) {
      throw new IllegalArgumentException(
          "not an extent: first %d, earliest %d, next %d".formatted(first, earliest, next));
    }
  }

  /** The extent of a store that began with offset 0. */
  public LogExtent(long earliest, long next) {
    this(0, earliest, next);
  }

  /** The extent of a store that has held no message yet and gives {@code offset} to its first. */
  public static LogExtent emptyAt(long offset) {
    return new LogExtent(offset, offset, offset);
  }

  /** Whether every offset of {@code range} can be read. */
  public boolean covers(OffsetRange range) {
    return earliest <= range.from() && range.until() <= next;
  }

  @Override
  public String toString() {
    return "[" + earliest + ", " + next + ")";
  }
}
