// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.store.lmdb;

import io.github.mqttpartitioned.mqtt.packet.InFlightChanges;
import io.github.mqttpartitioned.mqtt.packet.InFlightIds;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.BitSet;
import java.util.zip.CRC32C;
import org.lmdbjava.Cursor;
import org.lmdbjava.Dbi;
import org.lmdbjava.Txn;

/**
 * The packet ids in flight, in the database {@code inflight} and in memory.
 *
 * <p>A group commit changes thousands of ids. A record holds 128 of them, so that few pages are
 * written. The key is {@code id / 128}, 2 bytes big endian. The value is little endian:
 *
 * <pre>
 *   0                                      1024           1028
 *  +--------------------------------------+--------------+
 *  | fingerprint (8) x 128, 0: id is not  | CRC-32C of   |
 *  | known                                | what is before
 *  +--------------------------------------+--------------+
 * </pre>
 *
 * 128 ids of which none is known have no record. Confined to the writer thread.
 */
public final class InFlightTable {

  private static final int CRC_AT = InFlightIds.CHUNK_IDS * Long.BYTES;
  private static final int LENGTH = CRC_AT + Integer.BYTES;

  private final Dbi<ByteBuffer> inFlight;
  private final ByteBuffer key = ByteBuffer.allocateDirect(Short.BYTES);

  /** What is durable. */
  private final InFlightIds durable = new InFlightIds();

  /** What is durable, with the changes of the present write. Differs in dirty chunks only. */
  private final InFlightIds present = new InFlightIds();

  private final BitSet dirty = new BitSet(InFlightIds.CHUNKS);

  InFlightTable(Dbi<ByteBuffer> inFlight) {
    this.inFlight = inFlight;
  }

  /**
   * Reads all records, in place of what is in memory.
   *
   * @throws DamagedException when a record is not what was written
   */
  public void load(Txn<ByteBuffer> txn) {
    durable.clear();
    present.clear();
    dirty.clear();
    try (Cursor<ByteBuffer> cursor = inFlight.openCursor(txn)) {
      for (boolean found = cursor.first(); found; found = cursor.next()) {
        loadChunk(cursor.key().getShort(0), cursor.val().slice().order(ByteOrder.LITTLE_ENDIAN));
      }
    }
  }

  private void loadChunk(int chunk, ByteBuffer value) {
    if (chunk < 0
        || chunk >= InFlightIds.CHUNKS
        || value.capacity() != LENGTH
        || value.getInt(CRC_AT) != crc(value)) {
      throw new DamagedException(
          "record %d of the packet ids in flight has a wrong key, length or checksum"
              .formatted(chunk));
    }
    for (int i = 0; i < InFlightIds.CHUNK_IDS; i++) {
      long fingerprint = value.getLong(i * Long.BYTES);
      if (fingerprint != 0) {
        durable.add(chunk * InFlightIds.CHUNK_IDS + i, fingerprint);
      }
    }
    present.copyChunk(chunk, durable);
  }

  /** A copy of what is durable. */
  public InFlightIds copy() {
    return durable.copy();
  }

  /** Applies changes, in their order, in memory only. */
  public void apply(InFlightChanges changes) {
    for (int i = 0; i < changes.size(); i++) {
      if (changes.isClearAll(i)) {
        clear();
      } else {
        int id = changes.id(i);
        long fingerprint = changes.fingerprint(i);
        if (fingerprint == 0) {
          present.release(id);
        } else {
          present.add(id, fingerprint);
        }
        dirty.set(id / InFlightIds.CHUNK_IDS);
      }
    }
  }

  private void clear() {
    for (int chunk = 0; chunk < InFlightIds.CHUNKS; chunk++) {
      if (!present.isChunkEmpty(chunk) || !durable.isChunkEmpty(chunk)) {
        dirty.set(chunk);
      }
    }
    present.clear();
  }

  /** Makes the next {@link #write} write every chunk, changed or not. */
  public void rewriteAll() {
    for (int chunk = 0; chunk < InFlightIds.CHUNKS; chunk++) {
      if (!present.isChunkEmpty(chunk)) {
        dirty.set(chunk);
      }
    }
  }

  public boolean isDirty() {
    return !dirty.isEmpty();
  }

  /** Writes the chunks that have changed. */
  public void write(Txn<ByteBuffer> txn) {
    for (int chunk = dirty.nextSetBit(0); chunk >= 0; chunk = dirty.nextSetBit(chunk + 1)) {
      key.putShort(0, (short) chunk);
      if (present.isChunkEmpty(chunk)) {
        inFlight.delete(txn, key);
      } else {
        encode(chunk, inFlight.reserve(txn, key, LENGTH));
      }
    }
  }

  private void encode(int chunk, ByteBuffer target) {
    ByteBuffer value = target.slice(0, LENGTH).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < InFlightIds.CHUNK_IDS; i++) {
      value.putLong(i * Long.BYTES, present.fingerprint(chunk * InFlightIds.CHUNK_IDS + i));
    }
    value.putInt(CRC_AT, crc(value));
  }

  private static int crc(ByteBuffer value) {
    CRC32C crc = new CRC32C();
    crc.update(value.slice(0, CRC_AT));
    return (int) crc.getValue();
  }

  /** Notes that what has been written is durable. */
  public void committed() {
    copyDirty(present, durable);
  }

  /** Drops the changes since the last commit. */
  public void rollBack() {
    copyDirty(durable, present);
  }

  private void copyDirty(InFlightIds from, InFlightIds to) {
    for (int chunk = dirty.nextSetBit(0); chunk >= 0; chunk = dirty.nextSetBit(chunk + 1)) {
      to.copyChunk(chunk, from);
    }
    dirty.clear();
  }
}
