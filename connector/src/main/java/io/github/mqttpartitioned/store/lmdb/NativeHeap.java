// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.store.lmdb;

import com.kenai.jffi.MemoryIO;

/**
 * Has the C library keep the memory that LMDB works with.
 *
 * <p>A write transaction holds its new pages in memory and frees them at its end: about 10 MiB when
 * a member is busy. By default glibc gives most of that back to the system each time, and the next
 * transaction gets it page by page through page faults, which take longer than filling the pages
 * does. A piece that is freed raises its thresholds: pieces up to that size are taken from the heap
 * in the whole JVM, and up to twice that stays at the end of each arena. Nothing comes of this
 * where the user has set glibc's thresholds, or with another C library.
 */
final class NativeHeap {

  private static final long PIECE = 8L << 20;

  static {
    MemoryIO memory = MemoryIO.getInstance();
    memory.freeMemory(memory.allocateMemory(PIECE, false));
  }

  private NativeHeap() {}

  /** Does it, once in a JVM. */
  static void keepFreed() {}
}
