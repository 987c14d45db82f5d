// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.sender;

import java.time.Duration;

/**
 * For how long a connected broker has confirmed nothing, while the writer waits. After half of the
 * limit the connection is given up: it may be dead, and a new one may work. When that one brings
 * nothing either for the whole limit, the writer fails. Guarded by the outbox's lock.
 */
final class Silence {

  /** The connection that the broker confirms on. */
  interface Wire {

    /** When it last sent bytes, as {@link System#nanoTime} counts. */
    long sentAt();

    /** Ends the connection at once; a new one follows. */
    void giveUp();
  }

  private final Duration limit;
  private Wire wire =
      new Wire() {
        @Override
        public long sentAt() {
          return since;
        }

        @Override
        public void giveUp() {}
      };

  private long since = System.nanoTime();

  /** Whether a connection was given up, and nothing has been confirmed since. */
  private boolean isSecond;

  Silence(Duration limit) {
    this.limit = limit;
  }

  Duration limit() {
    return limit;
  }

  /** A task begins. */
  void begin() {
    isSecond = false;
  }

  /** A connection begins. */
  void connected(Wire to) {
    wire = to;
    progress();
  }

  /** Bytes were written, or the writer begins to wait. */
  void progress() {
    since = System.nanoTime();
  }

  /**
   * A message was confirmed.
   *
   * @return whether the broker has less time from now on
   */
  boolean confirmed() {
    boolean wasSecond = isSecond;
    isSecond = false;
    progress();
    return wasSecond;
  }

  /**
   * Nanoseconds that the broker still has.
   *
   * @param writing whether bytes are being written: a message that takes long makes progress with
   *     each of its bytes
   */
  long left(boolean writing) {
    long sent = writing ? Math.max(0, wire.sentAt() - since) : 0;
    long most = isSecond ? limit.toNanos() : limit.toNanos() / 2;
    return most - (System.nanoTime() - since - sent);
  }

  /** Gives the connection up; false if that was done before, and has not helped. */
  boolean giveUp() {
    if (isSecond) {
      return false;
    }
    isSecond = true;
    wire.giveUp();
    return true;
  }
}
