package io.github.mqttpartitioned.store;

import io.github.mqttpartitioned.block.BlockBuilder;
import java.nio.ByteBuffer;
import org.lmdbjava.Cursor;
import org.lmdbjava.Dbi;
import org.lmdbjava.PutFlags;
import org.lmdbjava.SeekOp;
import org.lmdbjava.Txn;

/**
 * The database {@code blocks} as the writer sees it: new blocks come behind the last one, trimmed
 * ones go from the front. Confined to the writer thread.
 */
final class BlockTable {

  private final Dbi<ByteBuffer> blocks;
  private final ByteBuffer key = ByteBuffer.allocateDirect(Long.BYTES);

  BlockTable(Dbi<ByteBuffer> blocks) {
    this.blocks = blocks;
  }

  void append(Txn<ByteBuffer> txn, long firstOffset, BlockBuilder block, int length) {
    key.putLong(0, firstOffset);
    block.encode(firstOffset, blocks.reserve(txn, key, length, PutFlags.MDB_APPEND));
  }

  /**
   * Drops blocks from the front that lie wholly below {@code before}.
   *
   * <p>Only keys are read: a damaged block can be trimmed as any other.
   *
   * @param earliest lowest offset of the blocks that there are
   * @param next offset behind them
   * @param maxBytes stops once blocks of this many bytes have been dropped
   * @return what was dropped
   */
  Trimmed trim(
      Txn<ByteBuffer> txn,
      long earliest,
      long next,
      long before,
      long maxBytes,
      StoreLimits limits) {
    long bytes = 0;
    long kept = earliest;
    try (Cursor<ByteBuffer> cursor = blocks.openCursor(txn)) {
      while (bytes < maxBytes && cursor.seek(SeekOp.MDB_FIRST)) {
        int length = cursor.val().remaining();
        long end = cursor.seek(SeekOp.MDB_NEXT) ? cursor.key().getLong(0) : next;
        if (end > before) {
          break;
        }
        cursor.seek(SeekOp.MDB_FIRST);
        cursor.delete();
        bytes += limits.cost(length);
        kept = end;
      }
    }
    return new Trimmed(kept, bytes);
  }

  /**
   * What was dropped.
   *
   * @param earliest lowest offset that is still there
   * @param bytes disk that the blocks took
   */
  record Trimmed(long earliest, long bytes) {}
}
