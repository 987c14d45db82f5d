// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.block;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * Layout of a block, version 1. All numbers are little endian. The columns have the order below.
 * Each begins at a multiple of 8 bytes from the start of the block, and zeros fill the gaps.
 *
 * <pre>
 *   0               4       6       8              16      20      24      28      32
 *  +---------------+-------+-------+---------------+-------+-------+-------+-------+
 *  | magic "MQPB"  |version|columns| first offset  | count |topics |length | crc   |
 *  +---------------+-------+-------+---------------+-------+-------+-------+-------+
 *  32: for each of the 10 columns:  | length (4) | crc (4) |
 *  +------------------------------------------------------------------------------+
 *  112 RECEIVED        long x count    time of receipt, microseconds since 1970, UTC
 *      FLAGS           byte x count    bits 0-1 QoS, bit 2 RETAIN, bit 3 DUP
 *      TOPIC_INDEX     int  x count    index of the message's topic among the block's topics
 *      TOPIC_ENDS      int  x topics   end of each topic within TOPIC_BYTES
 *      TOPIC_BYTES     UTF-8           topic names one after another, each once
 *      PAYLOAD_ENDS    int  x count    end of each payload within PAYLOAD_BYTES
 *      PAYLOAD_BYTES                   payloads one after another
 *      PROPERTY_ENDS   int  x count    end of each message's properties within PROPERTY_BYTES;
 *                                      empty when no message of the block has any
 *      PROPERTY_BYTES                  as in PUBLISH, MQTT 5 section 3.3.2.3, without the length
 *      BROKER          UTF-8           URL of the broker that the messages came from
 *  +------------------------------------------------------------------------------+
 * </pre>
 *
 * Element i of a column with ends lies in {@code [end(i - 1), end(i))}, and element 0 begins at 0.
 *
 * <p><b>Checksums</b> are CRC-32C. The header's checksum covers bytes 0 to 112 without its own four
 * bytes, and so it covers the columns' checksums. Each of those covers one column. A reader checks
 * the header at once and a column when it is first used. So a query that reads only offsets never
 * reads the payloads.
 *
 * <p><b>Versions.</b> A reader refuses a version that it does not know. A change of this layout is
 * a new version. The tests keep golden files of old versions.
 *
 * <p><b>An example.</b> One message at offset 4711: payload "hi" for topic "a/b", QoS 1, retained,
 * received one second after the beginning of 1970 from tcp://b:1.
 *
 * <pre>
 *   4d515042 01000a00 67120000 00000000  magic, version, columns; first offset 4711
 *   01000000 01000000 b8000000 6fc8f7ff  1 message, 1 topic, 184 bytes; checksum
 *   08000000 e0c3d6da 01000000 4d478c67  RECEIVED, FLAGS: length and checksum each
 *   04000000 c74b6748 04000000 fec2452a  TOPIC_INDEX, TOPIC_ENDS
 *   03000000 a3400bfb 04000000 466800f7  TOPIC_BYTES, PAYLOAD_ENDS
 *   02000000 c2d99df5 00000000 00000000  PAYLOAD_BYTES, PROPERTY_ENDS
 *   00000000 00000000 09000000 329374dd  PROPERTY_BYTES, BROKER
 *   40420f00 00000000 05000000 00000000  1,000,000 µs; QoS 1, retained
 *   00000000 00000000 03000000 00000000  topic 0; it ends at 3
 *   612f6200 00000000 02000000 00000000  "a/b"; the payload ends at 2
 *   68690000 00000000 7463703a 2f2f623a  "hi"; "tcp://b:
 *   31000000 00000000                    1"
 * </pre>
 *
 * <p><b>Limits.</b> A block is shorter than 2 GiB and holds at least 1 message. A message has at
 * most the size that MQTT allows, 268,435,455 bytes (MQTT 5, section 2.1.4).
 */
public final class BlockFormat {

  static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;

  /** {@code MQPB} read as a little endian int. */
  static final int MAGIC = 0x4250514D;

  static final short VERSION = 1;

  static final int MAGIC_AT = 0;
  static final int VERSION_AT = MAGIC_AT + Integer.BYTES;
  static final int COLUMNS_AT = VERSION_AT + Short.BYTES;
  static final int FIRST_OFFSET_AT = COLUMNS_AT + Short.BYTES;
  static final int COUNT_AT = FIRST_OFFSET_AT + Long.BYTES;
  static final int TOPICS_AT = COUNT_AT + Integer.BYTES;
  static final int LENGTH_AT = TOPICS_AT + Integer.BYTES;
  static final int CRC_AT = LENGTH_AT + Integer.BYTES;
  static final int DIRECTORY_AT = CRC_AT + Integer.BYTES;

  /** The columns in their order in the block. */
  public enum Column {
    RECEIVED(0),
    FLAGS(1),
    TOPIC_INDEX(2),
    TOPIC_ENDS(3),
    TOPIC_BYTES(4),
    PAYLOAD_ENDS(5),
    PAYLOAD_BYTES(6),
    PROPERTY_ENDS(7),
    PROPERTY_BYTES(8),
    BROKER(9);

    final int place;

    Column(int place) {
      this.place = place;
    }

    int lengthAt() {
      return DIRECTORY_AT + place * 2 * Integer.BYTES;
    }

    int crcAt() {
      return lengthAt() + Integer.BYTES;
    }
  }

  static final int COLUMNS = Column.values().length;

  /** Bytes before the first column. */
  public static final int HEADER_LENGTH = DIRECTORY_AT + COLUMNS * 2 * Integer.BYTES;

  static final int FLAG_QOS_MASK = 0b0011;
  static final int FLAG_RETAINED = 0b0100;
  static final int FLAG_DUPLICATE = 0b1000;

  private BlockFormat() {}

  /** Flags of one message as the FLAGS column holds them. */
  public static int flags(int qos, boolean retained, boolean duplicate) {
    return qos | (retained ? FLAG_RETAINED : 0) | (duplicate ? FLAG_DUPLICATE : 0);
  }

  /** QoS in the flags of a message: 0, 1 or 2 (MQTT 5, section 3.3.1.2). */
  public static int qos(int flags) {
    return flags & FLAG_QOS_MASK;
  }

  /** The RETAIN flag in the flags of a message (MQTT 5, section 3.3.1.3). */
  public static boolean retained(int flags) {
    return (flags & FLAG_RETAINED) != 0;
  }

  /** The DUP flag in the flags of a message (MQTT 5, section 3.3.1.1). */
  public static boolean duplicate(int flags) {
    return (flags & FLAG_DUPLICATE) != 0;
  }

  /** The next multiple of 8. A long, because a damaged header may lead beyond an int. */
  static long align(long position) {
    return (position + 7) & ~7L;
  }

  static int crc(ByteBuffer bytes, int from, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes.slice(from, length));
    return (int) crc.getValue();
  }

  static int headerCrc(ByteBuffer block) {
    CRC32C crc = new CRC32C();
    crc.update(block.slice(0, CRC_AT));
    crc.update(block.slice(DIRECTORY_AT, HEADER_LENGTH - DIRECTORY_AT));
    return (int) crc.getValue();
  }
}
