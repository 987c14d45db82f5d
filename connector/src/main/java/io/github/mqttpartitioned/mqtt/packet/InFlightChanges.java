// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.mqtt.packet;

import java.util.Arrays;

/**
 * Changes of the ids in flight, in the order in which they happen, to be made durable in one write
 * transaction. Reusable; allocates nothing once it has its usual size. Confined to one thread at a
 * time.
 */
public final class InFlightChanges {

  private static final int FIRST_SIZE = 64;
  private static final int CLEAR_ALL = -1;

  private int[] ids = new int[FIRST_SIZE];
  private long[] fingerprints = new long[FIRST_SIZE];
  private int size;

  /** Records an {@link InFlightIds#add}. */
  public void add(int id, long fingerprint) {
    if (fingerprint == 0) {
      throw new IllegalArgumentException("fingerprint of packet id %d is 0".formatted(id));
    }
    record(id, fingerprint);
  }

  /** Records an {@link InFlightIds#release}. */
  public void release(int id) {
    record(id, 0);
  }

  /** Records an {@link InFlightIds#clear}. */
  public void clearAll() {
    record(CLEAR_ALL, 0);
  }

  /** Whether nothing has changed. */
  public boolean isEmpty() {
    return size == 0;
  }

  /** Forgets all changes. */
  public void reset() {
    size = 0;
  }

  /** Number of changes. The methods below take an index from 0 to this, exclusive. */
  public int size() {
    return size;
  }

  /** Whether the change takes every id out of flight. */
  public boolean isClearAll(int index) {
    return ids[index] == CLEAR_ALL;
  }

  /** The packet id that the change is about. */
  public int id(int index) {
    return ids[index];
  }

  /** The fingerprint that the id takes, 0 for a release. */
  public long fingerprint(int index) {
    return fingerprints[index];
  }

  private void record(int id, long fingerprint) {
    if (size == ids.length) {
      ids = Arrays.copyOf(ids, 2 * size);
      fingerprints = Arrays.copyOf(fingerprints, 2 * size);
    }
    ids[size] = id;
    fingerprints[size] = fingerprint;
    size++;
  }
}
