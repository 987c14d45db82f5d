// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.store.lmdb;

import java.nio.ByteBuffer;
import org.lmdbjava.Cursor;
import org.lmdbjava.GetOp;
import org.lmdbjava.Txn;

/**
 * A read transaction that takes one snapshot after the other, and a position among the blocks of
 * the present one. Each search begins at the root of the tree. Confined to one thread at a time.
 */
public final class StoreReader {

  private final Txn<ByteBuffer> txn;
  private final Cursor<ByteBuffer> cursor;
  private final StoreEnvironment environment;
  private final ByteBuffer key = ByteBuffer.allocateDirect(Long.BYTES);
  private boolean hasSnapshot;

  StoreReader(StoreEnvironment environment) {
    this.environment = environment;
    this.txn = environment.beginRead();
    this.cursor = environment.blocks().openCursor(txn);
    txn.reset();
  }

  /** Takes a new snapshot, and releases the one before. */
  public void refresh() {
    reset();
    hasSnapshot = true;
    txn.renew();
    cursor.renew(txn);
  }

  /** Releases the snapshot, if there is one, so that pages trimmed since can be used again. */
  public void reset() {
    if (hasSnapshot) {
      hasSnapshot = false;
      txn.reset();
    }
  }

  /**
   * Finds the block that begins at {@code offset}, or else the last one that begins before.
   *
   * @return its first offset, or -1 when there is none
   */
  public long seekFloor(long offset) {
    key.putLong(0, offset);
    if (cursor.get(key, GetOp.MDB_SET_RANGE)) {
      long found = foundOffset();
      return found == offset ? found : cursor.prev() ? foundOffset() : -1;
    }
    return cursor.last() ? foundOffset() : -1;
  }

  /**
   * Finds the block that begins at {@code offset}, or else the first one that begins after it.
   *
   * @return its first offset, or -1 when there is none
   */
  public long seekCeiling(long offset) {
    key.putLong(0, offset);
    return cursor.get(key, GetOp.MDB_SET_RANGE) ? foundOffset() : -1;
  }

  private long foundOffset() {
    ByteBuffer found = cursor.key();
    if (found.remaining() != Long.BYTES) {
      throw new DamagedException(
          "a block has a key of %d bytes, expected %d".formatted(found.remaining(), Long.BYTES));
    }
    return found.getLong(0);
  }

  /** The block found. It is valid until the next search, {@link #refresh} or {@link #reset}. */
  public ByteBuffer value() {
    return cursor.val();
  }

  /** The state as of the present snapshot. */
  public StoreState state() {
    return environment.state().read(txn);
  }

  /** Ends the transaction. The environment must still be open. */
  void close() {
    cursor.close();
    txn.close();
  }
}
