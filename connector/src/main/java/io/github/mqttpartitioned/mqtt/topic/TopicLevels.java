// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.mqtt.topic;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * The levels of one topic (section 4.7.1.1), as places in a buffer. It is used again and again: it
 * allocates only when a topic has more levels than any before.
 *
 * <p>Not thread-safe.
 */
public final class TopicLevels {

  private ByteBuffer bytes = ByteBuffer.allocate(0);
  private int start;
  private int count;

  /** The index behind the last byte of each level. */
  private int[] ends = new int[8];

  /** Takes apart the topic at {@code [start, start + length)} of {@code topic}. */
  public void split(ByteBuffer topic, int start, int length) {
    this.bytes = topic;
    this.start = start;
    count = 0;
    for (int at = start; at < start + length; at++) {
      if (topic.get(at) == '/') {
        endLevel(at);
      }
    }
    endLevel(start + length);
  }

  private void endLevel(int at) {
    if (count == ends.length) {
      ends = Arrays.copyOf(ends, 2 * count);
    }
    ends[count++] = at;
  }

  /** Number of levels, 1 or more. A level may be empty. */
  public int count() {
    return count;
  }

  /** Index in the buffer at which level {@code level} begins. */
  public int start(int level) {
    return level == 0 ? start : ends[level - 1] + 1;
  }

  /** Length of level {@code level} in bytes. */
  public int length(int level) {
    return ends[level] - start(level);
  }

  /** Whether level {@code level} consists of these bytes. */
  boolean is(int level, byte[] text) {
    int from = start(level);
    if (ends[level] - from != text.length) {
      return false;
    }
    for (int i = 0; i < text.length; i++) {
      if (bytes.get(from + i) != text[i]) {
        return false;
      }
    }
    return true;
  }

  /** Whether the topic begins with {@code $}: no wildcard in the first level matches it. */
  boolean isHidden() {
    return ends[0] > start && bytes.get(start) == '$';
  }
}
