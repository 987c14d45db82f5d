// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.store.lmdb;

import io.github.mqttpartitioned.store.StoreException;
import java.nio.ByteBuffer;
import org.lmdbjava.Cursor;
import org.lmdbjava.GetOp;
import org.lmdbjava.LmdbException;
import org.lmdbjava.Txn;

/**
 * A read transaction, used for one snapshot after the other, and a place among the blocks of the
 * present one. Every search goes down from the root of the tree. Confined to one thread at a time.
 */
public final class StoreReader {

  private final Txn<ByteBuffer> txn;
  private final Cursor<ByteBuffer> cursor;
  private final StoreEnvironment environment;
  private final String place;
  private final ByteBuffer key = ByteBuffer.allocateDirect(Long.BYTES);
  private boolean hasSnapshot;

  StoreReader(StoreEnvironment environment, String place) {
    this.environment = environment;
    this.place = place;
    this.txn = environment.beginRead();
    this.cursor = environment.blocks().openCursor(txn);
    txn.reset();
  }

  /** Takes a new snapshot, in place of the one before if there is one. */
  public void refresh() {
    reset();
    try {
      hasSnapshot = true;
      txn.renew();
      cursor.renew(txn);
    } catch (LmdbException e) {
      throw LmdbErrors.translate(e, "read", place);
    }
  }

  /** Lets the snapshot go, if there is one: pages trimmed since can be used again. */
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
    try {
      key.putLong(0, offset);
      if (cursor.get(key, GetOp.MDB_SET_RANGE)) {
        long found = foundOffset();
        return found == offset ? found : cursor.prev() ? foundOffset() : -1;
      }
      return cursor.last() ? foundOffset() : -1;
    } catch (LmdbException e) {
      throw LmdbErrors.translate(e, "read", place);
    }
  }

  /**
   * Finds the block that begins at {@code offset}, or else the first one that begins behind it.
   *
   * @return its first offset, or -1 when there is none
   */
  public long seekCeiling(long offset) {
    try {
      key.putLong(0, offset);
      return cursor.get(key, GetOp.MDB_SET_RANGE) ? foundOffset() : -1;
    } catch (LmdbException e) {
      throw LmdbErrors.translate(e, "read", place);
    }
  }

  private long foundOffset() {
    ByteBuffer found = cursor.key();
    if (found.remaining() != Long.BYTES) {
      throw StoreException.damaged(
          place, "a block has a key of " + found.remaining() + " bytes, expected " + Long.BYTES);
    }
    return found.getLong(0);
  }

  /** The block found, borrowed until the next search, {@link #refresh} or {@link #reset}. */
  public ByteBuffer value() {
    return cursor.val();
  }

  /** The state as of the present snapshot. */
  public StoreState state() {
    try {
      return environment.state().read(txn);
    } catch (LmdbException e) {
      throw LmdbErrors.translate(e, "read", place);
    }
  }

  /** Ends the transaction; the environment is still open. */
  void close() {
    cursor.close();
    txn.close();
  }
}
