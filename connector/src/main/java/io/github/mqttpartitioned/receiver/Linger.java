package io.github.mqttpartitioned.receiver;

import java.time.Duration;

/**
 * Decides how long what has arrived waits for more, so that one commit with its fsync is for many
 * messages: until there are enough, at most for {@link #LONGEST}.
 *
 * <p>A broker that allows few messages in flight sends no more until those are acknowledged; to
 * wait for it then is lost time. How many it allows is not told: Receive Maximum is only the most
 * that the client would take (MQTT 5, section 3.1.2.11.3). So it is learned: a broker that has
 * stopped at the same number twice running is believed to allow no more, until it sends more.
 *
 * <p>Guarded by the monitor of the {@link Inbox}.
 */
final class Linger {

  /** How long a message waits at most before it is taken. */
  static final Duration LONGEST = Duration.ofMillis(5);

  /** From so many messages on, each has only a small share in the price of a commit. */
  private static final int ENOUGH_MESSAGES = 1 << 10;

  private static final int ENOUGH_BYTES = 1 << 17;

  private static final int UNKNOWN = Integer.MAX_VALUE;

  /** How many messages the broker seems to allow in flight. */
  private int window = UNKNOWN;

  /** How many it had in flight when it was last waited for to the end. */
  private int stoppedAt;

  /**
   * Something has arrived.
   *
   * @param owed all acknowledgements that the broker waits for
   */
  void arrived(int owed) {
    if (owed > window) {
      window = UNKNOWN;
    }
  }

  /**
   * How long a batch is to wait for more.
   *
   * @param owed all acknowledgements that the broker waits for, those of the batch among them
   * @return 0 or less when no longer
   */
  long nanosLeft(Batch batch, int owed, long now) {
    return isEnough(batch, owed) ? 0 : end(batch.receivedNanos()) - now;
  }

  /** Until when what has arrived at {@code since} waits, if it must. */
  static long end(long since) {
    return since + LONGEST.toNanos();
  }

  /** A batch is taken: learns from it, if it has waited to the end. */
  void taken(Batch batch, int owed, long now) {
    if (isEnough(batch, owed) || end(batch.receivedNanos()) - now > 0) {
      return;
    }
    if (owed > 0 && owed == stoppedAt) {
      window = owed;
    }
    stoppedAt = owed;
  }

  private boolean isEnough(Batch batch, int owed) {
    return owed >= window
        || batch.block().count() >= ENOUGH_MESSAGES
        || batch.block().sizeInBytes() >= ENOUGH_BYTES
        || batch.acknowledgementsCount() >= ENOUGH_MESSAGES;
  }
}
