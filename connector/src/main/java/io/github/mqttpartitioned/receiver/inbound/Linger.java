// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.receiver.inbound;

import java.time.Duration;

/**
 * Decides how long what has arrived waits for more, so that one commit with its fsync serves many
 * messages: until there are enough, and for about {@code longest} at most.
 *
 * <p>A broker that allows few messages in flight sends no more until those are acknowledged.
 * Waiting for it then is lost time. A broker does not tell how many it allows: Receive Maximum is
 * only the maximum that the client takes (MQTT 5, section 3.1.2.11.3). So the number is learned. If
 * a broker stops at the same number in two waits, and sends no more between them, this number
 * counts as its window, until it sends more. From time to time one wait tests that.
 *
 * <p>Guarded by the monitor of the {@link Inbox}.
 */
final class Linger {

  /** With so many messages, the share of each one in the cost of a commit is small. */
  private static final int ENOUGH_MESSAGES = 1 << 10;

  private static final int ENOUGH_BYTES = 1 << 17;

  private static final int UNKNOWN = Integer.MAX_VALUE;

  /** After so many groups the window is tested: at an even pace nothing else would disprove it. */
  private static final int BELIEVED = 1_000;

  private final long longestNanos;

  /** How many messages the broker seems to allow in flight. */
  private int window = UNKNOWN;

  /** How many were in flight at the end of the last full wait; 0 once there were more. */
  private int stoppedAt;

  /** Groups taken since the window was learned, because it seemed to be full. */
  private int believed;

  /**
   * @param longest maximum time that a message waits for others; a timed wait is in whole
   *     milliseconds, or longer
   */
  Linger(Duration longest) {
    this.longestNanos = longest.toNanos();
  }

  /**
   * Learns that something has arrived.
   *
   * @param owed all acknowledgements that the broker waits for
   */
  void arrived(int owed) {
    if (owed > window) {
      window = UNKNOWN;
    }
    if (owed > stoppedAt) {
      stoppedAt = 0;
    }
  }

  /**
   * How long a batch is to wait for more.
   *
   * @param owed all acknowledgements that the broker waits for, those of the batch among them
   * @return 0 or less if it is not to wait any longer
   */
  long nanosLeft(Batch batch, int owed, long now) {
    return owed >= window || isEnough(batch) ? 0 : dueAt(batch.receivedNanos()) - now;
  }

  /** The latest time to take what has waited since {@code since}. */
  long dueAt(long since) {
    return since + longestNanos;
  }

  /** Learns from a batch that is taken. */
  void taken(Batch batch, int owed, long now) {
    if (owed >= window) {
      believed++;
      if (believed == BELIEVED) {
        window = UNKNOWN;
      }
    } else if (!isEnough(batch) && dueAt(batch.receivedNanos()) - now <= 0) {
      if (owed > 0 && owed == stoppedAt) {
        window = owed;
        believed = 0;
      }
      stoppedAt = owed;
    }
  }

  private static boolean isEnough(Batch batch) {
    return batch.block().count() >= ENOUGH_MESSAGES
        || batch.block().sizeInBytes() >= ENOUGH_BYTES
        || batch.acknowledgementsCount() >= ENOUGH_MESSAGES;
  }
}
