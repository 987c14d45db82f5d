// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.store.lmdb;

import io.github.mqttpartitioned.block.BlockBuilder;
import io.github.mqttpartitioned.block.LogExtent;
import java.nio.ByteBuffer;
import org.lmdbjava.Cursor;
import org.lmdbjava.Dbi;
import org.lmdbjava.PutFlags;
import org.lmdbjava.SeekOp;
import org.lmdbjava.Txn;

/**
 * The database {@code blocks}. New blocks go behind the last one, and trimmed ones are dropped from
 * the front. Confined to the writer thread, except {@link #openCursor}.
 */
public final class BlockTable {

  private final Dbi<ByteBuffer> blocks;
  private final ByteBuffer key = ByteBuffer.allocateDirect(Long.BYTES);

  BlockTable(Dbi<ByteBuffer> blocks) {
    this.blocks = blocks;
  }

  /** Opens a cursor over the blocks in the order of their offsets. */
  public Cursor<ByteBuffer> openCursor(Txn<ByteBuffer> txn) {
    return blocks.openCursor(txn);
  }

  /**
   * Appends a block.
   *
   * @param firstOffset offset of its first message, behind every block of the table
   * @param length of the encoded block, in bytes
   */
  public void append(Txn<ByteBuffer> txn, long firstOffset, BlockBuilder block, int length) {
    key.putLong(0, firstOffset);
    block.encode(firstOffset, blocks.reserve(txn, key, length, PutFlags.MDB_APPEND));
  }

  /**
   * Drops blocks from the front that lie wholly below {@code before}.
   *
   * <p>It reads only keys and lengths, so a damaged block can be trimmed like any other.
   *
   * @param held what the table holds
   * @param maxBytes the call stops when it has dropped blocks of this many bytes
   */
  public Trimmed trim(
      Txn<ByteBuffer> txn, LogExtent held, long before, long maxBytes, StoreLimits limits) {
    long bytes = 0;
    long earliest = held.earliest();
    try (Cursor<ByteBuffer> cursor = blocks.openCursor(txn)) {
      while (bytes < maxBytes && cursor.seek(SeekOp.MDB_FIRST)) {
        int length = cursor.val().remaining();
        long end = cursor.seek(SeekOp.MDB_NEXT) ? cursor.key().getLong(0) : held.next();
        if (end > before) {
          break;
        }
        cursor.seek(SeekOp.MDB_FIRST);
        cursor.delete();
        bytes += limits.cost(length);
        earliest = end;
      }
    }
    return new Trimmed(earliest, bytes);
  }

  /**
   * What {@link #trim} has done.
   *
   * @param earliest lowest offset that is still there
   * @param bytes disk that the dropped blocks took, see {@link StoreLimits#cost}
   */
  public record Trimmed(long earliest, long bytes) {}
}
