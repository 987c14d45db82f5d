// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.sender;

/**
 * Counts the messages of a task, for the task and for its listener. It measures how long a
 * confirmation takes, for one message at a time. Guarded by the outbox's lock.
 */
final class SendTally {

  private SenderListener listener = SenderListener.NONE;

  /** Messages of QoS 1 and 2 below this number have been sent at least once. */
  private long announced;

  private long sent;
  private long sentBytes;
  private long sentAgain;
  private long noSubscribers;
  private long confirmedBefore;
  private long sampleSequence = -1;
  private long sampleNanos;

  /** A task begins; {@code confirmed} messages of the session were confirmed before. */
  void begin(SenderListener heard, long confirmed) {
    listener = heard;
    sent = 0;
    sentBytes = 0;
    sentAgain = 0;
    noSubscribers = 0;
    confirmedBefore = confirmed;
  }

  /** Packets go out for the first time; {@code numbered} of them have QoS 1 or 2. */
  void sent(int packets, int bytes, int numbered) {
    sent += packets;
    sentBytes += bytes;
    announced += numbered;
    listener.sent(packets, bytes, numbered);
  }

  void sentAgain() {
    sentAgain++;
  }

  void noSubscribers() {
    noSubscribers++;
  }

  /** Messages below {@code end} are being written: one of them is timed. */
  void writing(long end, long confirmed) {
    if (sampleSequence < 0 && end > confirmed) {
      sampleSequence = end;
      sampleNanos = System.nanoTime();
    }
  }

  /** Messages from {@code from} to {@code until} are confirmed. */
  void confirmed(long from, long until, long nowNanos) {
    listener.confirmed((int) (until - from));
    if (sampleSequence >= 0 && until >= sampleSequence) {
      listener.delayed(nowNanos - sampleNanos);
      sampleSequence = -1;
    }
  }

  /** What was sent and is not confirmed is given up. */
  void giveUp(long confirmed) {
    listener.failed((int) (announced - confirmed));
    listener = SenderListener.NONE;
  }

  SendCounts counts(long confirmed) {
    return new SendCounts(sent, sentBytes, confirmed - confirmedBefore, noSubscribers, sentAgain);
  }
}
