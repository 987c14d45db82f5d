// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.store.lmdb;

/**
 * How much fits into a store.
 *
 * <p>Blocks do not get all of {@code storeMaxBytes}. A transaction never overwrites a page. Even a
 * deletion takes new pages first, so a full store without a reserve could never delete. One part is
 * reserved for deletions, one for the ids in flight, and one for dead letters.
 *
 * <p>The pages of a block are consecutive, so free pages that are scattered over the file give no
 * room for a large block. A single block is therefore limited to a quarter of the capacity.
 *
 * @param pageSize of the environment, in bytes
 * @param mapBytes size of the memory map, and of the file at most
 * @param capacity maximum number of {@linkplain #cost bytes} of blocks
 * @param largestBlock maximum number of {@linkplain #cost bytes} of one block
 * @param deadLetterBytes maximum number of bytes of dead letters
 */
public record StoreLimits(
    int pageSize, long mapBytes, long capacity, long largestBlock, long deadLetterBytes) {

  /** Size of the smallest store. */
  public static final long MIN_BYTES = 16L << 20;

  private static final long MIB = 1L << 20;
  private static final long MAX_DEAD_LETTER_BYTES = 64 * MIB;
  private static final long IN_FLIGHT_BYTES = MIB;

  /** LMDB's header of a page that holds entries, and of the first page of a large value. */
  private static final int PAGE_HEADER = 16;

  /** What an entry takes in its page beside its value: header, key of 8 bytes, pointer. */
  private static final int ENTRY_OVERHEAD = 18;

  /** What an entry takes in its page if its value lies in pages of its own. */
  private static final int LARGE_ENTRY = ENTRY_OVERHEAD + Long.BYTES;

  /** The limits of a store with this {@code storeMaxBytes} and this page size of LMDB. */
  public static StoreLimits of(long maxBytes, int pageSize) {
    long deletions = Math.max(MIB, maxBytes / 16);
    long deadLetters = Math.min(MAX_DEAD_LETTER_BYTES, maxBytes / 64);
    long capacity = maxBytes - deletions - deadLetters - IN_FLIGHT_BYTES;
    return new StoreLimits(pageSize, mapBytes(maxBytes), capacity, capacity / 4, deadLetters);
  }

  /** Size of the memory map: a multiple of 64 KiB, which is whole pages of any size. */
  public static long mapBytes(long maxBytes) {
    return maxBytes & -(64L << 10);
  }

  /** A file of which more bytes have been in use has few pages left that were never used. */
  public long settleBytes() {
    return mapBytes / 4 * 3;
  }

  /**
   * Bytes of disk that a block of {@code length} bytes takes.
   *
   * <p>A block up to about half a page shares its page with others. Entries never cross pages, so
   * such a page may stay half empty. The block is charged double for that.
   */
  public long cost(int length) {
    int shared = length + ENTRY_OVERHEAD;
    if (shared <= (pageSize - PAGE_HEADER) / 2) {
      return 2L * shared;
    }
    long pages = ((long) PAGE_HEADER - 1 + length) / pageSize + 1;
    return pages * pageSize + 2 * LARGE_ENTRY;
  }
}
