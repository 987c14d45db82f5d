// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.store;

import io.github.mqttpartitioned.store.lmdb.StoreLimits;

/**
 * How full a store is, and whether appending is worth a try. Written by the writer thread, read by
 * any.
 */
final class StoreCapacity {

  private final StoreLimits limits;
  private volatile long liveBytes;

  /** There is room while no more than this is live: lowered when something did not fit. */
  private volatile long roomBelow = Long.MAX_VALUE;

  /** By pages that are free, but not side by side. Of the writer thread. */
  private boolean scattered;

  /** That, and not too little space, is why there is no room now. Of the writer thread. */
  private boolean waitsForPages;

  StoreCapacity(StoreLimits limits, long liveBytes) {
    this.limits = limits;
    this.liveBytes = liveBytes;
  }

  StoreLimits limits() {
    return limits;
  }

  long liveBytes() {
    return liveBytes;
  }

  boolean hasRoom() {
    return liveBytes <= roomBelow;
  }

  /** Notes what a commit has left. */
  void committed(long live) {
    liveBytes = live;
    if (hasRoom()) {
      roomBelow = Long.MAX_VALUE;
    }
  }

  /** Notes that a write of {@code needed} bytes or more did not fit beside what there was. */
  void full(long needed) {
    waitsForPages = false;
    waitUntil(limits.capacity() - needed);
  }

  /**
   * Notes that a write of {@code needed} bytes did not find enough pages side by side, though so
   * many are free: at least as many more have to become so.
   */
  void scattered(long needed) {
    scattered = true;
    waitsForPages = true;
    waitUntil(liveBytes - needed);
  }

  /**
   * Has a write tried again that found no pages side by side: readers may have let some go
   * meanwhile, which no trim would tell.
   */
  void retryScattered() {
    if (waitsForPages) {
      waitsForPages = false;
      roomBelow = Long.MAX_VALUE;
    }
  }

  private void waitUntil(long live) {
    roomBelow = Math.max(0, Math.min(live, limits.capacity() / 8 * 7));
  }

  /**
   * Whether the store is empty and would not take a large block all the same, for what else lies
   * scattered in its file. True once.
   */
  boolean takeScattered() {
    boolean taken = scattered && liveBytes == 0;
    if (taken) {
      scattered = false;
    }
    return taken;
  }
}
