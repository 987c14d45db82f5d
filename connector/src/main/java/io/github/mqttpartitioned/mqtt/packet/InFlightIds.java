// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.mqtt.packet;

import java.util.Arrays;

/**
 * Packet ids of messages that are stored and whose acknowledgement is not over, each with the
 * fingerprint of its message: at QoS 2 until the broker releases the id (section 4.3.3). A released
 * id can stay, with a mark in its fingerprint. Memory is taken for 128 ids at a time, when they
 * come into use. Confined to one thread.
 */
public final class InFlightIds {

  /** How many ids a chunk has; ids with the same quotient share one. */
  public static final int CHUNK_IDS = 128;

  /** How many chunks hold all ids. */
  public static final int CHUNKS = (1 << Character.SIZE) / CHUNK_IDS;

  /** In the fingerprint of a released id; bit 61 of a message's own fingerprint is 0. */
  private static final long RELEASED = 1L << 61;

  /** Takes the place of each chunk without an id in flight; it is never changed. */
  private static final long[] NONE = new long[CHUNK_IDS];

  private final long[][] chunks = new long[CHUNKS][];
  private int size;

  /** Begins with no id in flight. */
  public InFlightIds() {
    Arrays.fill(chunks, NONE);
  }

  /** The fingerprint of a message whose id the broker has released. */
  public static long released(long fingerprint) {
    return fingerprint | RELEASED;
  }

  /** Whether a fingerprint has the mark of a released id. */
  public static boolean isReleased(long fingerprint) {
    return (fingerprint & RELEASED) != 0;
  }

  /**
   * The fingerprint of an id's message.
   *
   * @param id packet id, 0 to 65,535
   * @return what {@link #add} was given, 0 if the id is not known
   */
  public long fingerprint(int id) {
    return chunks[id / CHUNK_IDS][id % CHUNK_IDS];
  }

  /**
   * Puts an id in flight. An id that is in flight already takes the new fingerprint.
   *
   * @param id packet id, 0 to 65,535
   * @param fingerprint that of its message, not 0
   */
  public void add(int id, long fingerprint) {
    if (fingerprint == 0) {
      throw new IllegalArgumentException("fingerprint of packet id %d is 0".formatted(id));
    }
    if (put(id, fingerprint) == 0) {
      size++;
    }
  }

  /** Takes an id out of flight; does nothing if the id is not in flight. */
  public void release(int id) {
    if (fingerprint(id) != 0) {
      put(id, 0);
      size--;
    }
  }

  /** Takes every id out of flight and gives the memory back. */
  public void clear() {
    Arrays.fill(chunks, NONE);
    size = 0;
  }

  /** Number of ids that are known. */
  public int size() {
    return size;
  }

  /** An independent copy. */
  public InFlightIds copy() {
    InFlightIds copy = new InFlightIds();
    for (int chunk = 0; chunk < CHUNKS; chunk++) {
      copy.copyChunk(chunk, this);
    }
    return copy;
  }

  /** Makes a chunk equal to that of {@code other}. */
  public void copyChunk(int chunk, InFlightIds other) {
    size += count(other.chunks[chunk]) - count(chunks[chunk]);
    if (other.chunks[chunk] == NONE) {
      chunks[chunk] = NONE;
    } else {
      System.arraycopy(other.chunks[chunk], 0, writable(chunk), 0, CHUNK_IDS);
    }
  }

  /** Whether no id of the chunk is in flight. */
  public boolean isChunkEmpty(int chunk) {
    return chunks[chunk] == NONE || count(chunks[chunk]) == 0;
  }

  private long put(int id, long fingerprint) {
    long[] chunk = writable(id / CHUNK_IDS);
    long before = chunk[id % CHUNK_IDS];
    chunk[id % CHUNK_IDS] = fingerprint;
    return before;
  }

  private long[] writable(int chunk) {
    if (chunks[chunk] == NONE) {
      chunks[chunk] = new long[CHUNK_IDS];
    }
    return chunks[chunk];
  }

  private static int count(long[] chunk) {
    if (chunk == NONE) {
      return 0;
    }
    int count = 0;
    for (long fingerprint : chunk) {
      if (fingerprint != 0) {
        count++;
      }
    }
    return count;
  }
}
