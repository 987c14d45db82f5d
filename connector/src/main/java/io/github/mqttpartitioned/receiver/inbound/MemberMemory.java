// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.receiver.inbound;

import io.github.mqttpartitioned.block.BlockBuilder;
import java.io.IOException;
import java.io.InterruptedIOException;

/**
 * The share of one connection in the {@link NodeMemory}: how much its batches take, and the grant
 * for the large packet that is being read.
 *
 * <p>Thread-safe: guarded by the node's memory. The lock is taken when a batch grows or is given
 * back and for a large packet, never for a small message.
 */
public final class MemberMemory {

  /** A packet up to this length needs no grant. */
  static final int FREE_PACKET = BlockBuilder.FULL_BYTES;

  /** Most bytes of one member before it waits for its own commit. */
  static final long MEMBER_BYTES = 128L << 20;

  /** A batch that takes more than this holds one large message. */
  private static final long LARGE_BATCH = 8L * BlockBuilder.FULL_BYTES;

  /** A packet is held twice for a moment: as it was read, and in its batch. */
  private static final int COPIES = 2;

  private final NodeMemory node;

  private long used;
  private int large;

  /** Whether the member has used up its share. Written under the lock. */
  private volatile boolean full;

  /** What the packet that is being read was granted. */
  private long granted;

  /** What a packet waits for. */
  private long wanted;

  private boolean refusing;
  private boolean closed;

  MemberMemory(NodeMemory node) {
    this.node = node;
  }

  /** Whether a batch that takes so many bytes is not worth keeping for the next messages. */
  static boolean isLarge(long batchBytes) {
    return batchBytes > LARGE_BATCH;
  }

  /** Whether the member is to hold as little as it can. Needs no lock. */
  boolean isScarce() {
    return full || node.isScarce();
  }

  /** Takes note of what a batch takes now, after {@code from} bytes before. Never waits. */
  void resize(long from, long to) {
    if (from == to) {
      return;
    }
    synchronized (node) {
      if (!closed) {
        change(to - from, (isLarge(to) ? 1 : 0) - (isLarge(from) ? 1 : 0));
      }
    }
  }

  /**
   * Waits until a large packet may be read, and takes its memory. One packet at a time. The caller
   * must not have the lock of its {@link Inbox}, and no batch checked out: the member's commits go
   * on meanwhile.
   *
   * @return false when nothing more is to be read
   * @throws PacketTooLargeException when the heap is too small for the packet
   */
  boolean awaitGrant(int packetLength) throws IOException {
    if (packetLength > node.largestPacket()) {
      throw new PacketTooLargeException(packetLength, node.largestPacket(), node.heapBytes());
    }
    synchronized (node) {
      if (refusing) {
        return false;
      }
      wanted = (long) COPIES * packetLength;
      node.enqueue(this);
      node.changed(0, 0);
      try {
        while (wanted > 0) {
          node.wait();
        }
      } catch (InterruptedException e) {
        withdraw();
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("interrupted while other members had the memory");
      }
      return granted > 0;
    }
  }

  /** Whether a large packet waits for its memory. */
  public boolean isWaiting() {
    synchronized (node) {
      return wanted > 0;
    }
  }

  /** Gives back what the large packet was granted; its batch has been counted by now. */
  void release() {
    synchronized (node) {
      if (granted > 0) {
        long bytes = granted;
        granted = 0;
        change(-bytes, -1);
      }
    }
  }

  /** Gives no grants any more. */
  void refuse() {
    synchronized (node) {
      refusing = true;
      withdraw();
    }
  }

  /** Gives everything back: the connection is over. What comes later counts for nothing. */
  public void close() {
    synchronized (node) {
      refuse();
      if (!closed) {
        closed = true;
        granted = 0;
        change(-used, -large);
      }
    }
  }

  private void withdraw() {
    if (wanted > 0) {
      wanted = 0;
      node.leaveQueue(this);
      node.changed(0, 0);
      node.notifyAll();
    }
  }

  private void change(long bytes, int largePackets) {
    add(bytes, largePackets);
    node.changed(bytes, largePackets);
  }

  private void add(long bytes, int largePackets) {
    used += bytes;
    large += largePackets;
    full = used >= MEMBER_BYTES;
  }

  // Called by the node's memory, under its lock.

  long wanted() {
    return wanted;
  }

  /** Whether the member must first commit a large message that it has. */
  boolean waitsForItsCommit() {
    return large > 0 && used + wanted > MEMBER_BYTES;
  }

  /** Turns what is wanted into a grant. */
  long grant() {
    granted = wanted;
    wanted = 0;
    add(granted, 1);
    return granted;
  }
}
