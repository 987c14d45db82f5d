// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.block;

import java.io.Serializable;

/**
 * Half-open range {@code [from, until)} of offsets of one partition.
 *
 * @param from first offset of the range, 0 or more
 * @param until offset after the last one of the range, at least {@code from}
 */
public record OffsetRange(long from, long until) implements Serializable {

  public OffsetRange {
    if (from < 0 || until < from) {
      throw new IllegalArgumentException("not a range of offsets: [%d, %d)".formatted(from, until));
    }
  }

  /** Number of offsets. */
  public long count() {
    return until - from;
  }

  public boolean isEmpty() {
    return from == until;
  }

  @Override
  public String toString() {
    return "[" + from + ", " + until + ")";
  }
}
