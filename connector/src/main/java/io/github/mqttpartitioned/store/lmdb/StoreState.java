// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.store.lmdb;

import io.github.mqttpartitioned.block.LogExtent;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/**
 * The one record of the database {@code meta}, version 3, 196 bytes, all numbers little endian:
 *
 * <pre>
 *   0               4               8               16              24
 *  +---------------+---------------+---------------+---------------+
 *  | magic "MQPS"  | version       | epoch         | earliest      |
 *  +---------------+---------------+---------------+---------------+
 *  24              32              40              48      52      56
 *  +---------------+---------------+---------------+-------+-------+
 *  | next          | live bytes    | first         | part. | id l. |
 *  +---------------+---------------+---------------+-------+-------+
 *  56                              184             192             196
 *  +-------------------------------+---------------+---------------+
 *  | source id, UTF-8, then zeros  | transaction   | CRC-32C       |
 *  +-------------------------------+---------------+---------------+
 * </pre>
 *
 * Partition and length of the source id take four bytes each. The checksum covers bytes 0 to 192. A
 * reader refuses a version that it does not know.
 *
 * @param sourceId identity of the source that the store belongs to
 * @param partition number of the partition within the source
 * @param epoch fencing number of the process that writes. Each opening takes the next one, and a
 *     process that finds another epoch than its own is fenced
 * @param earliest lowest offset that can still be read
 * @param next offset that the next message gets
 * @param liveBytes bytes of disk that the blocks of {@code [earliest, next)} take, see {@link
 *     StoreLimits#cost}
 * @param first offset that the store was created with
 * @param transaction LMDB's id of the transaction that wrote the record
 */
public record StoreState(
    String sourceId,
    int partition,
    long epoch,
    long earliest,
    long next,
    long liveBytes,
    long first,
    long transaction) {

  /** {@code MQPS} read as a little endian int. */
  static final int MAGIC = 0x5350514D;

  static final int VERSION = 3;

  public static final int MAX_SOURCE_ID_BYTES = 128;

  static final int MAGIC_AT = 0;
  static final int VERSION_AT = MAGIC_AT + Integer.BYTES;
  static final int EPOCH_AT = VERSION_AT + Integer.BYTES;
  static final int EARLIEST_AT = EPOCH_AT + Long.BYTES;
  static final int NEXT_AT = EARLIEST_AT + Long.BYTES;
  static final int LIVE_BYTES_AT = NEXT_AT + Long.BYTES;
  static final int FIRST_AT = LIVE_BYTES_AT + Long.BYTES;
  static final int PARTITION_AT = FIRST_AT + Long.BYTES;
  static final int ID_LENGTH_AT = PARTITION_AT + Integer.BYTES;
  static final int ID_AT = ID_LENGTH_AT + Integer.BYTES;
  static final int TRANSACTION_AT = ID_AT + MAX_SOURCE_ID_BYTES;
  static final int CRC_AT = TRANSACTION_AT + Long.BYTES;

  /** Bytes of the record. */
  static final int LENGTH = CRC_AT + Integer.BYTES;

  public LogExtent extent() {
    return new LogExtent(first, earliest, next);
  }

  public StoreState withEpoch(long newEpoch) {
    return new StoreState(
        sourceId, partition, newEpoch, earliest, next, liveBytes, first, transaction);
  }

  public StoreState withContent(long newEarliest, long newNext, long newLiveBytes) {
    return new StoreState(
        sourceId, partition, epoch, newEarliest, newNext, newLiveBytes, first, transaction);
  }

  StoreState withTransaction(long newTransaction) {
    return new StoreState(
        sourceId, partition, epoch, earliest, next, liveBytes, first, newTransaction);
  }

  /** Writes the record into bytes 0 to {@link #LENGTH} of {@code target}. */
  void encode(ByteBuffer target) {
    ByteBuffer record = target.slice(0, LENGTH).order(ByteOrder.LITTLE_ENDIAN);
    byte[] id = sourceId.getBytes(StandardCharsets.UTF_8);
    record.putInt(MAGIC_AT, MAGIC);
    record.putInt(VERSION_AT, VERSION);
    record.putLong(EPOCH_AT, epoch);
    record.putLong(EARLIEST_AT, earliest);
    record.putLong(NEXT_AT, next);
    record.putLong(LIVE_BYTES_AT, liveBytes);
    record.putLong(FIRST_AT, first);
    record.putInt(PARTITION_AT, partition);
    record.putInt(ID_LENGTH_AT, id.length);
    record.put(ID_AT, id);
    for (int at = ID_AT + id.length; at < TRANSACTION_AT; at++) {
      record.put(at, (byte) 0);
    }
    record.putLong(TRANSACTION_AT, transaction);
    record.putInt(CRC_AT, crc(record));
  }

  /**
   * Reads the record that fills {@code source} from its position to its limit.
   *
   * @throws DamagedException when it is not such a record
   * @throws OtherVersionException when it has a version that this release does not know
   */
  static StoreState decode(ByteBuffer source) {
    ByteBuffer record = source.slice().order(ByteOrder.LITTLE_ENDIAN);
    // Another version may have another length.
    int length = record.capacity();
    if (length >= EPOCH_AT
        && record.getInt(MAGIC_AT) == MAGIC
        && record.getInt(VERSION_AT) != VERSION) {
      throw new OtherVersionException(record.getInt(VERSION_AT));
    }
    expect("length of the state record", length, LENGTH);
    expect("magic number of the state record", record.getInt(MAGIC_AT), MAGIC);
    expect("checksum of the state record", record.getInt(CRC_AT), crc(record));
    byte[] id = new byte[record.getInt(ID_LENGTH_AT)];
    record.get(ID_AT, id);
    return new StoreState(
        new String(id, StandardCharsets.UTF_8),
        record.getInt(PARTITION_AT),
        record.getLong(EPOCH_AT),
        record.getLong(EARLIEST_AT),
        record.getLong(NEXT_AT),
        record.getLong(LIVE_BYTES_AT),
        record.getLong(FIRST_AT),
        record.getLong(TRANSACTION_AT));
  }

  private static int crc(ByteBuffer record) {
    CRC32C crc = new CRC32C();
    crc.update(record.slice(0, CRC_AT));
    return (int) crc.getValue();
  }

  private static void expect(String what, int found, int expected) {
    if (found != expected) {
      throw new DamagedException("%s is %d, expected %d".formatted(what, found, expected));
    }
  }
}
