// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.sparkplug;

import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/**
 * The state of one edge node: its session and the one before. Members of a shared subscription are
 * not in step, so a message of the session before may come behind the NBIRTH of the next. Confined
 * to one thread.
 */
final class EdgeNode {

  static final StructType STATE =
      new StructType().add("sessions", DataTypes.createArrayType(BirthSession.STATE));

  private static final int KEPT = 2;

  /** The newest first. */
  private final List<BirthSession> sessions = new ArrayList<>();

  /**
   * @param state null for an edge node of which nothing is known
   */
  static EdgeNode of(@Nullable Row state) {
    EdgeNode node = new EdgeNode();
    if (state != null) {
      List<Row> kept = state.getList(0);
      kept.forEach(session -> node.sessions.add(BirthSession.of(session)));
    }
    return node;
  }

  Row state() {
    return RowFactory.create((Object) sessions.stream().map(BirthSession::state).toArray());
  }

  boolean isEmpty() {
    return sessions.isEmpty();
  }

  /** The sequence number that comes next in the newest session, 0 if there is none. */
  int nextSeq() {
    return sessions.isEmpty() ? 0 : sessions.get(0).lastSeq() + 1;
  }

  /** The session that a message of this time belongs to, null if it is older than all. */
  @Nullable BirthSession at(long millis) {
    return sessions.stream().filter(session -> session.born() <= millis).findFirst().orElse(null);
  }

  /** The sessions of this number, the newest first: an NBIRTH may come again in one connection. */
  List<BirthSession> numbered(@Nullable Long bdSeq) {
    return sessions.stream()
        .filter(session -> bdSeq != null && bdSeq.equals(session.bdSeq()))
        .toList();
  }

  /**
   * The session of an NBIRTH: a new one, unless the message is one that came before.
   *
   * @param seq its sequence number, -1 for none
   */
  BirthSession born(@Nullable Long bdSeq, long millis, int seq) {
    for (BirthSession session : sessions) {
      if (session.is(bdSeq, millis)) {
        return session;
      }
    }
    BirthSession session = new BirthSession(bdSeq, millis, seq);
    int place = place(session);
    for (int i = 0; i < sessions.size(); i++) {
      BirthSession other = sessions.get(i);
      if (other.bdSeq() == null || (i >= place && other.born() <= millis)) {
        session.adopt(other);
      }
    }
    sessions.add(place, session);
    sessions.removeIf(other -> other != session && other.bdSeq() == null && !other.hasBirths());
    while (sessions.size() > KEPT) {
      sessions.remove(KEPT);
    }
    return session;
  }

  private int place(BirthSession session) {
    if (!sessions.isEmpty() && isNewer(session.bdSeq(), sessions.get(0).bdSeq())) {
      return 0;
    }
    int place = 0;
    while (place < sessions.size() && sessions.get(place).born() > session.born()) {
      place++;
    }
    return place;
  }

  /** The session of a device's birth: if the NBIRTH is not known, one without a number. */
  BirthSession bornDevice(long millis) {
    BirthSession session = at(millis);
    return session == null ? born(null, millis, Birth.NO_SEQ) : session;
  }

  /** Numbers of sessions go from 0 to 255 and begin again. */
  private static boolean isNewer(@Nullable Long one, @Nullable Long other) {
    return one != null && other != null && (byte) (one - other) > 0;
  }
}
