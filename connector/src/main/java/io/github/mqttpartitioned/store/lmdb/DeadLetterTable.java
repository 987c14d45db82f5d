// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.store.lmdb;

import io.github.mqttpartitioned.block.DeadLetter;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.lmdbjava.Cursor;
import org.lmdbjava.Dbi;
import org.lmdbjava.Txn;

/**
 * The database {@code set-aside}: the newest dead letters, at most {@link #MAX_PACKETS} and as many
 * bytes as {@link StoreLimits#deadLetterBytes} allows. The oldest ones make room. Key: running
 * number, 8 bytes big endian; value, big endian:
 *
 * <pre>
 *   0                8                12
 *  +----------------+----------------+--------------+---------------------------+
 *  | length of the  | bytes of the   | reason,      | the packet, or its first  |
 *  | packet         | reason         | UTF-8        | 64 KiB                    |
 *  +----------------+----------------+--------------+---------------------------+
 * </pre>
 *
 * Confined to the writer thread, but for {@link #list}.
 */
public final class DeadLetterTable {

  /** Most packets kept. */
  public static final int MAX_PACKETS = 1_000;

  /** Most bytes kept of one packet. */
  public static final int MAX_PACKET_BYTES = 64 << 10;

  private static final int MAX_REASON_BYTES = 1 << 10;
  private static final int LENGTH_AT = 0;
  private static final int REASON_LENGTH_AT = LENGTH_AT + Long.BYTES;
  private static final int REASON_AT = REASON_LENGTH_AT + Integer.BYTES;

  private final Dbi<ByteBuffer> letters;
  private final ByteBuffer key = ByteBuffer.allocateDirect(Long.BYTES);

  DeadLetterTable(Dbi<ByteBuffer> letters) {
    this.letters = letters;
  }

  /**
   * Keeps {@code packet} from its position to its limit, and drops the oldest ones when there are
   * too many.
   *
   * @return its number
   */
  public long add(Txn<ByteBuffer> txn, ByteBuffer packet, String reason, StoreLimits limits) {
    byte[] reasonBytes = reason.getBytes(StandardCharsets.UTF_8);
    int reasonLength = Math.min(reasonBytes.length, MAX_REASON_BYTES);
    int packetLength = Math.min(packet.remaining(), MAX_PACKET_BYTES);
    int length = REASON_AT + reasonLength + packetLength;
    long number = 0;
    int count = 1;
    long bytes = limits.cost(length);
    try (Cursor<ByteBuffer> cursor = letters.openCursor(txn)) {
      for (boolean found = cursor.last(); found; found = cursor.prev()) {
        number = Math.max(number, cursor.key().getLong(0) + 1);
        bytes += limits.cost(cursor.val().remaining());
        count++;
      }
      while ((count > MAX_PACKETS || bytes > limits.deadLetterBytes()) && cursor.first()) {
        bytes -= limits.cost(cursor.val().remaining());
        count--;
        cursor.delete();
      }
    }
    key.putLong(0, number);
    letters
        .reserve(txn, key, length)
        .putLong(packet.remaining())
        .putInt(reasonLength)
        .put(reasonBytes, 0, reasonLength)
        .put(packet.slice(packet.position(), packetLength));
    return number;
  }

  /** Writes every packet again, to other pages. */
  public void rewriteAll(Txn<ByteBuffer> txn) {
    try (Cursor<ByteBuffer> cursor = letters.openCursor(txn)) {
      for (boolean found = cursor.first(); found; found = cursor.next()) {
        long number = cursor.key().getLong(0);
        byte[] copy = new byte[cursor.val().remaining()];
        cursor.val().get(copy);
        key.putLong(0, number);
        letters.reserve(txn, key, copy.length).put(copy);
      }
    }
  }

  /** The packets kept, oldest first. */
  public List<DeadLetter> list(Txn<ByteBuffer> txn) {
    List<DeadLetter> packets = new ArrayList<>();
    try (Cursor<ByteBuffer> cursor = letters.openCursor(txn)) {
      for (boolean found = cursor.first(); found; found = cursor.next()) {
        ByteBuffer value = cursor.val().slice();
        byte[] reason = new byte[value.getInt(REASON_LENGTH_AT)];
        value.get(REASON_AT, reason);
        byte[] bytes = new byte[value.capacity() - REASON_AT - reason.length];
        value.get(REASON_AT + reason.length, bytes);
        packets.add(
            new DeadLetter(
                cursor.key().getLong(0),
                new String(reason, StandardCharsets.UTF_8),
                value.getLong(LENGTH_AT),
                ByteBuffer.wrap(bytes).asReadOnlyBuffer()));
      }
    }
    return packets;
  }
}
