// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.sender;

import org.jspecify.annotations.Nullable;

/**
 * Decides which bytes are written next: messages in the order of their rows as far as the window
 * allows, PUBREL packets, and what was not confirmed again on a new connection (section 4.4).
 * Guarded by the outbox's lock.
 */
final class WriteQueue {

  private final Chunks chunks;
  private final Owed owed;
  private final Releases releases;
  private final SendTally tally;
  private final Piece piece = new Piece();
  private @Nullable Chunk beingWritten;

  // Of the present call.

  private long confirmed;
  private int window;
  private boolean sessionPresent;

  WriteQueue(Chunks chunks, Owed owed, Releases releases, SendTally tally) {
    this.chunks = chunks;
    this.owed = owed;
    this.releases = releases;
    this.tally = tally;
  }

  /** The chunk whose bytes are being written; null for none. */
  @Nullable Chunk beingWritten() {
    return beingWritten;
  }

  /** The bytes that were taken last are written. */
  void written() {
    Chunk chunk = beingWritten;
    if (chunk != null) {
      chunk.written = Math.max(chunk.written, chunk.sent);
    }
    beingWritten = null;
  }

  /** The connection is over. The bytes that were taken last do not count as written. */
  void interrupted() {
    beingWritten = null;
    chunks.restart();
  }

  /**
   * Takes what may be written now.
   *
   * @param confirmedBelow messages below this number are confirmed
   * @param inFlight maximum number of unconfirmed messages
   * @param resumed whether the broker has the session of the connection before
   * @return the bytes, valid until {@link #written}; null if nothing may be written
   */
  @Nullable Piece take(long confirmedBelow, int inFlight, boolean resumed) {
    confirmed = confirmedBelow;
    window = inFlight;
    sessionPresent = resumed;
    if (releases.isEmpty()) {
      for (Chunk chunk : chunks) {
        long published = chunk.published();
        if (chunk.sent < Chunk.bytes(published)) {
          boolean fits = chunk.firstSequence() + Chunk.sequences(published) - confirmed <= window;
          if (fits && chunk.sent >= chunk.sentBefore) {
            takeAll(chunk, published);
            return piece;
          }
          boolean done = walk(chunk, Chunk.bytes(published));
          if (beingWritten != null) {
            return piece;
          }
          if (!done) {
            break;
          }
        }
      }
    }
    if (!releases.isEmpty()) {
      releases.take(piece, owed);
      return piece;
    }
    chunks.release(null, confirmed);
    return null;
  }

  private void takeAll(Chunk chunk, long published) {
    int from = chunk.sent;
    int packets = Chunk.packets(published) - chunk.sentPackets;
    int unconfirmed = Chunk.sequences(published) - chunk.sentSequences;
    chunk.sent = Chunk.bytes(published);
    chunk.sentPackets += packets;
    chunk.sentSequences += unconfirmed;
    write(chunk, from, chunk.sent);
    tally.sent(packets, chunk.sent - from, unconfirmed);
  }

  private void write(Chunk chunk, int from, int until) {
    piece.set(chunk.bytes, from, until - from);
    beingWritten = chunk;
    tally.writing(chunk.firstSequence() + chunk.sentSequences, confirmed);
  }

  /**
   * Takes packets one by one: after a connection was lost, or when the window has become smaller.
   * Leaves out what is confirmed, and QoS 0 that was written.
   *
   * @return whether it came to the end
   */
  private boolean walk(Chunk chunk, int limit) {
    PacketWalk packet = new PacketWalk(chunk, chunk.sent, limit);
    int from = -1;
    int packets = 0;
    int unconfirmed = 0;
    int bytes = 0;
    boolean end = true;
    while (packet.next()) {
      boolean again = packet.start() < chunk.sentBefore;
      boolean needsConfirmation = packet.qos() > 0;
      long sequence = chunk.firstSequence() + chunk.sentSequences;
      if (needsConfirmation && sequence - confirmed >= window) {
        end = false;
        break;
      }
      boolean wanted =
          needsConfirmation ? !again || isOwed(sequence) : packet.start() >= chunk.written;
      boolean released =
          wanted
              && again
              && needsConfirmation
              && sessionPresent
              && owed.isReleased(packet.packetId());
      if (from >= 0 && (!wanted || released)) {
        break;
      }
      if (released) {
        releases.add(packet.packetId());
      } else if (wanted) {
        from = from < 0 ? packet.start() : from;
        if (again) {
          prepareAgain(packet);
        } else {
          packets++;
          unconfirmed += needsConfirmation ? 1 : 0;
          bytes += packet.end() - packet.start();
        }
      }
      chunk.sent = packet.end();
      chunk.sentPackets++;
      chunk.sentSequences += needsConfirmation ? 1 : 0;
    }
    if (from >= 0) {
      write(chunk, from, chunk.sent);
      tally.sent(packets, bytes, unconfirmed);
    }
    return end;
  }

  private boolean isOwed(long sequence) {
    return sequence >= confirmed && owed.isOpen(sequence);
  }

  private void prepareAgain(PacketWalk packet) {
    if (packet.qos() > 0) {
      // For a session that the broker has forgotten it is a new message: section 4.4.
      packet.setDuplicate(sessionPresent);
      owed.again(packet.packetId(), sessionPresent);
    }
    tally.sentAgain();
  }
}
