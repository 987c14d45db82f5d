package io.github.mqttpartitioned.store;

import com.kenai.jffi.MemoryIO;

/**
 * Has the C library keep the memory that LMDB works with.
 *
 * <p>A write transaction holds its new pages in memory and frees them at its end: about 10 MiB when
 * a member is busy. By default glibc gives most of that back to the system each time, and the next
 * transaction gets it page by page through page faults, which take longer than filling the pages
 * does. It keeps twice the size of the largest piece that was ever freed; so one is freed here.
 * Nothing comes of this where the user has set glibc's thresholds, or with another C library.
 */
final class NativeHeap {

  /** Twice this is what a C library's arena keeps at most. */
  private static final long PIECE = 8L << 20;

  static {
    MemoryIO memory = MemoryIO.getInstance();
    memory.freeMemory(memory.allocateMemory(PIECE, false));
  }

  private NativeHeap() {}

  /** Does it, once in a JVM. */
  static void keepFreed() {}
}
