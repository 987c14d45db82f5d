// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.store.lmdb;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.lmdbjava.Dbi;
import org.lmdbjava.Txn;

/** The database {@code meta}: one {@link StoreState} under the key {@code state}. Thread-safe. */
public final class StateTable {

  private static final ByteBuffer KEY = key();

  private final Dbi<ByteBuffer> meta;

  StateTable(Dbi<ByteBuffer> meta) {
    this.meta = meta;
  }

  private static ByteBuffer key() {
    byte[] name = "state".getBytes(StandardCharsets.US_ASCII);
    return ByteBuffer.allocateDirect(name.length).put(name).flip();
  }

  /**
   * Reads the record.
   *
   * @throws DamagedException when there is none, or it is not what was written
   * @throws OtherVersionException when it has a version that this release does not know
   */
  public StoreState read(Txn<ByteBuffer> txn) {
    ByteBuffer record = meta.get(txn, KEY);
    if (record == null) {
      throw new DamagedException("it has no state record");
    }
    return StoreState.decode(record);
  }

  /** Writes the record with the transaction's id. Every write transaction must do so. */
  public void write(Txn<ByteBuffer> txn, StoreState state) {
    state.withTransaction(txn.getId()).encode(meta.reserve(txn, KEY, StoreState.LENGTH));
  }
}
