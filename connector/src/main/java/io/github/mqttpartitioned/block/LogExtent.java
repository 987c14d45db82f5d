// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.block;

import java.io.Serializable;

/**
 * What a partition's store holds: every offset of {@code [earliest, next)}.
 *
 * @param first offset that the store began with: what lies before, only a store has held that this
 *     one replaces
 * @param earliest lowest offset that can still be read
 * @param next offset that the next message will be given
 */
public record LogExtent(long first, long earliest, long next) implements Serializable {

  public LogExtent {
    if (first < 0 || earliest < first || next < earliest) {
      throw new IllegalArgumentException(
          "not an extent: first " + first + ", earliest " + earliest + ", next " + next);
    }
  }

  /** Of a store that began with offset 0. */
  public LogExtent(long earliest, long next) {
    this(0, earliest, next);
  }

  /** A store that has never held a message and will give {@code offset} to its first one. */
  public static LogExtent emptyAt(long offset) {
    return new LogExtent(offset, offset, offset);
  }

  public boolean covers(OffsetRange range) {
    return earliest <= range.from() && range.until() <= next;
  }

  @Override
  public String toString() {
    return "[" + earliest + ", " + next + ")";
  }
}
