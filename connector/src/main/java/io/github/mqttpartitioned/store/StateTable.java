package io.github.mqttpartitioned.store;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.lmdbjava.Dbi;
import org.lmdbjava.Txn;

/** The database {@code meta}: one {@link StoreState} under the key {@code state}. */
final class StateTable {

  private static final ByteBuffer KEY = key();

  private StateTable() {}

  private static ByteBuffer key() {
    byte[] name = "state".getBytes(StandardCharsets.US_ASCII);
    return ByteBuffer.allocateDirect(name.length).put(name).flip();
  }

  /** Reads the record; null when there is none. */
  static @Nullable StoreState read(Dbi<ByteBuffer> meta, Txn<ByteBuffer> txn, String place) {
    ByteBuffer record = meta.get(txn, KEY);
    return record == null ? null : StoreState.decode(record, place);
  }

  static void write(Dbi<ByteBuffer> meta, Txn<ByteBuffer> txn, StoreState state) {
    state.encode(meta.reserve(txn, KEY, StoreState.LENGTH));
  }
}
