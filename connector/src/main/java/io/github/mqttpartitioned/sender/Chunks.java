// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.sender;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * The chunks of a session, in the order of their rows, within a limit of memory. A chunk is used
 * again when all of its packets are confirmed. Guarded by the outbox's lock.
 */
final class Chunks implements Iterable<Chunk> {

  /** Limit of the bytes that unconfirmed packets take. A single packet may exceed it. */
  private static final int MOST_BYTES = 8 << 20;

  private final Deque<Chunk> held = new ArrayDeque<>();
  private final Deque<Chunk> spare = new ArrayDeque<>();

  /**
   * Begins the rows of a task with one empty chunk.
   *
   * @param last of the task before; used again unless it was made for a large packet
   */
  Chunk begin(Chunk last, long sequence) {
    held.clear();
    Chunk first = last.bytes.length == Chunk.USUAL ? last : new Chunk(new byte[Chunk.USUAL]);
    first.reset(0, sequence);
    held.add(first);
    return first;
  }

  private static int capacity(int packetLength) {
    return Math.max(Chunk.USUAL, packetLength);
  }

  /** Whether there is memory for another chunk with a packet of this length. */
  boolean hasRoom(int packetLength) {
    long bytes = held.stream().mapToLong(chunk -> chunk.bytes.length).sum();
    return held.isEmpty() || bytes + capacity(packetLength) <= MOST_BYTES;
  }

  /** Adds a chunk for a packet of this length. */
  Chunk add(int packetLength, long row, long sequence) {
    int capacity = capacity(packetLength);
    Chunk next = capacity == Chunk.USUAL ? spare.poll() : null;
    Chunk added = next != null ? next : new Chunk(new byte[capacity]);
    added.reset(row, sequence);
    held.addLast(added);
    return added;
  }

  /**
   * Frees the first chunks, as far as all of their packets are written and confirmed.
   *
   * @return whether one has become free
   */
  boolean release(@Nullable Chunk beingWritten, long confirmed) {
    int before = held.size();
    for (Chunk first = held.peek();
        first != null
            && first.closed
            && first != beingWritten
            && first.isSent()
            && first.endSequence() <= confirmed;
        first = held.peek()) {
      held.remove();
      if (first.bytes.length == Chunk.USUAL) {
        spare.add(first);
      }
    }
    return held.size() < before;
  }

  /** The first chunk that has something to write; null if there is none. */
  @Nullable Chunk firstUnsent() {
    for (Chunk chunk : held) {
      if (!chunk.isSent()) {
        return chunk;
      }
    }
    return null;
  }

  /** A connection has ended, or a new one begins: each packet is looked at again. */
  void restart() {
    for (Chunk chunk : held) {
      chunk.sentBefore = Math.max(chunk.sentBefore, chunk.sent);
      chunk.sent = 0;
      chunk.sentPackets = 0;
      chunk.sentSequences = 0;
    }
  }

  @Override
  public Iterator<Chunk> iterator() {
    return held.iterator();
  }
}
