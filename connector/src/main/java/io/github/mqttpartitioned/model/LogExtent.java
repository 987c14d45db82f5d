package io.github.mqttpartitioned.model;

import java.io.Serializable;

/**
 * What a partition's store holds: every offset of {@code [earliest, next)}.
 *
 * @param earliest lowest offset that can still be read
 * @param next offset that the next message will be given
 */
public record LogExtent(long earliest, long next) implements Serializable {

  public LogExtent {
    if (earliest < 0 || next < earliest) {
      throw new IllegalArgumentException("not an extent: earliest " + earliest + ", next " + next);
    }
  }

  /** A store that has never held a message and will give {@code offset} to its first one. */
  public static LogExtent emptyAt(long offset) {
    return new LogExtent(offset, offset);
  }

  public boolean covers(OffsetRange range) {
    return earliest <= range.from() && range.until() <= next;
  }

  @Override
  public String toString() {
    return "[" + earliest + ", " + next + ")";
  }
}
