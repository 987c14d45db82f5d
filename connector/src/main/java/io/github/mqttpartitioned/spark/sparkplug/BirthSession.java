// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.sparkplug;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/**
 * What is known of one session of an edge node: from its NBIRTH on, until the next one. Confined to
 * one thread.
 */
final class BirthSession {

  static final StructType STATE =
      new StructType()
          .add("bd_seq", DataTypes.LongType)
          .add("born", DataTypes.LongType)
          .add("seq", DataTypes.IntegerType)
          .add("newest", DataTypes.LongType)
          .add("missing", DataTypes.BinaryType)
          .add("ended", DataTypes.BooleanType)
          .add("births", DataTypes.createArrayType(Birth.STATE));

  /** Sequence numbers go from 0 to 255 (section 6.4.20). */
  static final int MAX_SEQ = 0xFF;

  /** The last BIRTH of a device, and the one before for messages that come late. */
  private static final int KEPT = 2;

  private final @Nullable Long bdSeq;
  private final long born;
  private int seq;

  /** Time of the message with the number {@link #seq}. */
  private long newest;

  /** Sequence numbers of messages that have not come, as far as is known. */
  private final BitSet missing = new BitSet();

  private boolean ended;

  /** The newest first. */
  private final List<Birth> births = new ArrayList<>();

  /**
   * @param bdSeq number of the session (section 6.4.21), null if only births of devices are known
   * @param born milliseconds since 1970 by the edge node's clock
   * @param seq the last sequence number, -1 for none
   */
  BirthSession(@Nullable Long bdSeq, long born, int seq) {
    this.bdSeq = bdSeq;
    this.born = born;
    this.seq = seq;
    newest = born;
  }

  static BirthSession of(Row state) {
    BirthSession session =
        new BirthSession(
            state.isNullAt(0) ? null : (Long) state.getLong(0), state.getLong(1), state.getInt(2));
    session.newest = state.getLong(3);
    session.missing.or(BitSet.valueOf((byte[]) state.get(4)));
    session.ended = state.getBoolean(5);
    List<Row> births = state.getList(6);
    births.forEach(birth -> session.births.add(Birth.of(birth)));
    return session;
  }

  Row state() {
    return RowFactory.create(
        bdSeq,
        born,
        seq,
        newest,
        missing.toByteArray(),
        ended,
        births.stream().map(Birth::state).toArray());
  }

  @Nullable Long bdSeq() {
    return bdSeq;
  }

  long born() {
    return born;
  }

  /** Whether this is the session of an NBIRTH. */
  boolean is(@Nullable Long number, long millis) {
    return born == millis && Objects.equals(bdSeq, number);
  }

  int lastSeq() {
    return seq;
  }

  boolean isEnded() {
    return ended;
  }

  void end() {
    ended = true;
  }

  boolean hasBirths() {
    return !births.isEmpty();
  }

  /** Whether a message of this time is newer than all before it. */
  boolean isBehind(long millis) {
    return newest < millis;
  }

  /** Whether messages are missing, so that a newer BIRTH may be among them. */
  boolean isIncomplete() {
    return !missing.isEmpty();
  }

  /** Takes a BIRTH; one that came before changes nothing. */
  void add(Birth birth) {
    births.removeIf(known -> isAt(known, birth.device(), birth.millis()));
    births.add(birth);
    births.sort(Comparator.comparingLong(Birth::millis).reversed());
    births.stream()
        .filter(known -> known.device().equals(birth.device()))
        .skip(KEPT)
        .findFirst()
        .ifPresent(births::remove);
  }

  private static boolean isAt(Birth birth, String device, long millis) {
    return birth.device().equals(device) && birth.millis() == millis;
  }

  /**
   * Takes the births of devices from {@link #born} on: they have come before this session's own.
   */
  void adopt(BirthSession other) {
    List<Birth> later =
        other.births.stream()
            .filter(birth -> birth.isOfDevice() && birth.millis() >= born)
            .sorted(Comparator.comparingInt(Birth::seq))
            .toList();
    other.births.removeAll(later);
    for (Birth birth : later) {
      add(birth);
      if (birth.seq() >= 0) {
        arrived(birth.seq(), birth.millis());
      }
    }
  }

  /** The BIRTH of a device before a message of this time and number, null for none. */
  @Nullable Birth before(String device, long millis, int number) {
    return births.stream()
        .filter(birth -> birth.device().equals(device) && birth.isBefore(millis, number))
        .findFirst()
        .orElse(null);
  }

  /**
   * Takes note of a sequence number.
   *
   * @param millis time of the message
   * @return the number of messages that are missing before it, as far as is known now; negative if
   *     it comes late itself; null for the first one, if the NBIRTH has not come
   */
  @Nullable Integer arrived(int number, long millis) {
    if (seq == Birth.NO_SEQ) {
      advance(number, millis);
      return null;
    }
    int distance = (byte) (number - (seq + 1));
    if (distance < 0 && (millis <= newest || missing.get(number))) {
      missing.clear(number);
      newest = Math.max(newest, millis);
      return distance;
    }
    // A number that goes back while time goes on is of a session whose NBIRTH is missing.
    distance &= MAX_SEQ;
    for (int i = 1; i <= distance; i++) {
      missing.set((seq + i) & MAX_SEQ);
    }
    advance(number, millis);
    return distance;
  }

  private void advance(int number, long millis) {
    seq = number;
    newest = Math.max(newest, millis);
  }
}
