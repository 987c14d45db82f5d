// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.receiver.inbound;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * How much memory the members of one JVM may fill with messages: a quarter of the heap, for all
 * members of all sources together. Each connection of a member has its share as a {@link
 * MemberMemory}.
 *
 * <p><b>Batches.</b> A member that has nothing to commit may always fill one batch of small
 * messages. More batches need room, here and in the member's share. A member that finds none waits
 * for its own commit and for nothing else.
 *
 * <p><b>Large packets.</b> A packet above {@link MemberMemory#FREE_PACKET} needs a grant before it
 * is read. The grant covers the whole packet, as it is read and as it lies in its batch, so a
 * member that has a grant never asks for more. Grants are given in the order in which they are
 * asked for. Where no large packet is held, the first one gets its grant whatever its size, up to
 * {@link #largestPacket}. Therefore each packet gets through, one at a time if need be, and no
 * member waits for another one that waits itself.
 *
 * <p>So the members of a JVM hold at most: the limit, one packet above it, and one batch of small
 * messages each.
 *
 * <p>Thread-safe. This object is the lock of all shares. A thread that has it takes no other lock.
 */
public final class NodeMemory {

  private static final NodeMemory OF_THIS_JVM = new NodeMemory(Runtime.getRuntime().maxMemory());

  private final long heapBytes;
  private final long limit;

  /** Members that wait for a grant, in the order of their calls. */
  private final List<MemberMemory> waiting = new ArrayList<>();

  private long used;

  /** Large packets: grants, and batches of one large message. */
  private int large;

  private volatile boolean scarce;

  NodeMemory(long heapBytes) {
    this.heapBytes = heapBytes;
    this.limit = heapBytes / 4;
  }

  /** The memory that all members of this JVM share. */
  public static NodeMemory ofThisJvm() {
    return OF_THIS_JVM;
  }

  /** A share for one connection of a member. */
  public MemberMemory share() {
    return new MemberMemory(this);
  }

  /** The heap that the limits are derived from. */
  long heapBytes() {
    return heapBytes;
  }

  /**
   * The largest packet that gets a grant. It takes twice its length, and so at most half of the
   * heap.
   */
  long largestPacket() {
    return heapBytes / 4;
  }

  /** Bytes that batches and large packets take now. */
  synchronized long used() {
    return used;
  }

  /** Whether members are to hold as little as they can. Needs no lock. */
  boolean isScarce() {
    return scarce;
  }

  // Called by the shares, which hold the lock.

  void enqueue(MemberMemory member) {
    waiting.add(member);
  }

  void leaveQueue(MemberMemory member) {
    waiting.remove(member);
  }

  /** Takes note of a change, and gives the grants that have become possible. */
  void changed(long bytes, int largePackets) {
    used += bytes;
    large += largePackets;
    boolean granted = false;
    for (Iterator<MemberMemory> members = waiting.iterator(); members.hasNext(); ) {
      MemberMemory next = members.next();
      if (next.waitsForItsCommit()) {
        // It keeps its place. Its turn depends on nobody else.
        continue;
      }
      if (large > 0 && used + next.wanted() > limit) {
        break;
      }
      members.remove();
      used += next.grant();
      large++;
      granted = true;
    }
    scarce = !waiting.isEmpty() || used >= limit;
    if (granted) {
      notifyAll();
    }
  }
}
