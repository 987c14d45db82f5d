// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.store;

import io.github.mqttpartitioned.store.lmdb.StoreLimits;

/**
 * How full a store is, and whether an append is worth an attempt. The writer thread writes it, any
 * thread reads it.
 */
final class StoreCapacity {

  private final StoreLimits limits;
  private volatile long liveBytes;

  /** There is room while no more than this is live. Lowered when an append did not fit. */
  private volatile long roomUpTo = Long.MAX_VALUE;

  /** Whether a write found enough free pages, but not consecutive ones. Of the writer thread. */
  private boolean fragmented;

  /** Whether that, and not too little space, is why there is no room now. Of the writer thread. */
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
    return liveBytes <= roomUpTo;
  }

  /** Notes how many bytes are live after a commit. */
  void committed(long live) {
    liveBytes = live;
    if (hasRoom()) {
      roomUpTo = Long.MAX_VALUE;
    }
  }

  /** Notes that a write of {@code needed} bytes or more did not fit beside the live ones. */
  void full(long needed) {
    waitsForPages = false;
    waitUntil(limits.capacity() - needed);
  }

  /**
   * Notes that a write of {@code needed} bytes did not find enough consecutive pages, although as
   * many bytes are free. At least as many more must become free.
   */
  void fragmented(long needed) {
    fragmented = true;
    waitsForPages = true;
    waitUntil(liveBytes - needed);
  }

  /**
   * Allows another attempt if consecutive pages were missing. Readers may have released some
   * meanwhile, and no trim tells of that.
   */
  void retryFragmented() {
    if (waitsForPages) {
      waitsForPages = false;
      roomUpTo = Long.MAX_VALUE;
    }
  }

  private void waitUntil(long live) {
    roomUpTo = Math.max(0, Math.min(live, limits.capacity() / 8 * 7));
  }

  /**
   * Whether the store is empty and still may not take a large block, because other entries lie
   * scattered in its file. True once for each time that a write found it fragmented.
   */
  boolean takeFragmented() {
    boolean taken = fragmented && liveBytes == 0;
    if (taken) {
      fragmented = false;
    }
    return taken;
  }
}
