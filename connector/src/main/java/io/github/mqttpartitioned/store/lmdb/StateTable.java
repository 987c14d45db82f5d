// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.store.lmdb;

import io.github.mqttpartitioned.store.StoreException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.lmdbjava.Dbi;
import org.lmdbjava.Txn;

/** The database {@code meta}: one {@link StoreState} under the key {@code state}. Thread-safe. */
public final class StateTable {

  private static final ByteBuffer KEY = key();

  private final Dbi<ByteBuffer> meta;
  private final String place;

  StateTable(Dbi<ByteBuffer> meta, String place) {
    this.meta = meta;
    this.place = place;
  }

  private static ByteBuffer key() {
    byte[] name = "state".getBytes(StandardCharsets.US_ASCII);
    return ByteBuffer.allocateDirect(name.length).put(name).flip();
  }

  /**
   * Reads the record.
   *
   * @throws StoreException.Damaged when there is none, or it is not what was written
   */
  public StoreState read(Txn<ByteBuffer> txn) {
    ByteBuffer record = meta.get(txn, KEY);
    if (record == null) {
      throw StoreException.damaged(place, "it has no state record");
    }
    return StoreState.decode(record, place);
  }

  /** Writes the record, with the transaction's id; every transaction must. */
  public void write(Txn<ByteBuffer> txn, StoreState state) {
    state.withTransaction(txn.getId()).encode(meta.reserve(txn, KEY, StoreState.LENGTH));
  }
}
