// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.receiver.inbound;

import io.github.mqttpartitioned.mqtt.packet.InFlightIds;
import java.util.BitSet;

/**
 * Remembers QoS 2 packet ids that the broker has released (PUBREL), until it is known that the
 * broker has their PUBCOMP.
 *
 * <p>Mosquitto (2.0.11 to 2.1.2) sends a message again, with DUP, after its PUBREL, against
 * [MQTT-4.3.3-6]: if the connection is lost with PUBCOMPs on their way, and the next one is lost
 * while the broker sends their PUBRELs again. By then the id is free here, and the message would be
 * stored twice. So the fingerprint of a released id stays, with a mark, in memory and in the store.
 *
 * <p><b>When it is forgotten.</b> Acknowledgements leave in the order of receipt. So the PUBREL of
 * a message that came, without DUP, after other PUBRELs tells that the broker has the PUBCOMPs of
 * those. What a connection finds in the store is forgotten in the same way: a broker sends again
 * what is not over before it sends what is new ([MQTT-4.4.0-1]). Long before a broker that takes
 * its ids in turn comes round to a released one, it is forgotten in any case.
 *
 * <p><b>When it counts.</b> A message with DUP and a released id could be a new one whose first
 * delivery was lost, with the same content as the one before, if the broker gives free ids away at
 * once. Such a broker shows it soon: a message without DUP has an id that is remembered here. Then
 * nothing is remembered for the rest of the session. Only a broker that has given {@link #PROOF}
 * new ids, while it could have taken free ones, is taken at its id. Id 0, which no packet has,
 * notes what is known.
 *
 * <p>Confined to the wire thread of one connection.
 */
final class ReleasedIds {

  /** In the fingerprint of a released id. Never in that of a message. */
  static final long RELEASED = 1L << 61;

  /** Released ids that a broker must have left alone. */
  static final int PROOF = 64;

  /** Messages without DUP after which released ids are forgotten at the latest; two such spans. */
  private static final int SPAN = 1 << 14;

  private static final int NOTE = 0;
  private static final long TAKES_NEW_IDS = 1;
  private static final long TAKES_FREE_IDS = 2;

  private final InFlightIds ids;

  /** Released before the last {@link #turn}: their PUBCOMPs are out before what came since. */
  private BitSet earlier = new BitSet(1 << Short.SIZE);

  /** Released since then. */
  private BitSet later = new BitSet(1 << Short.SIZE);

  /** Ids of the messages without DUP that have come since then. */
  private final BitSet news = new BitSet(1 << Short.SIZE);

  private int newsCount;
  private int leftAlone;

  /**
   * @param ids durable ids, in flight and released
   */
  ReleasedIds(InFlightIds ids) {
    this.ids = ids;
    for (int id = 1; id <= 0xFFFF; id++) {
      if (isReleased(ids.fingerprint(id))) {
        earlier.set(id);
      }
    }
  }

  static boolean isReleased(long fingerprint) {
    return (fingerprint & RELEASED) != 0;
  }

  /** Whether a message with DUP and this id is one that was released before. */
  boolean holds(int id, long fingerprint) {
    return ids.fingerprint(id) == (fingerprint | RELEASED)
        && ids.fingerprint(NOTE) == TAKES_NEW_IDS;
  }

  /** A message is about to be in flight under this id. */
  void arrives(int id, boolean duplicate, Batch batch) {
    if (!duplicate && isReleased(ids.fingerprint(id))) {
      note(TAKES_FREE_IDS, batch);
      forget(earlier, batch);
      forget(later, batch);
    }
    earlier.clear(id);
    later.clear(id);
    news.set(id, !duplicate);
    if (!duplicate && ++newsCount == SPAN) {
      forget(earlier, batch);
      forget(later, batch);
      newsCount = 0;
    }
  }

  /**
   * The broker has released an id that is in flight.
   *
   * @return the fingerprint that the id has from now on, 0 if it is free
   */
  long release(int id, Batch batch) {
    if (ids.fingerprint(NOTE) == TAKES_FREE_IDS) {
      return 0;
    }
    if (news.get(id)) {
      turn(batch);
    }
    later.set(id);
    return ids.fingerprint(id) | RELEASED;
  }

  /** The broker has the PUBCOMPs of those that were released before the last turn. */
  private void turn(Batch batch) {
    leftAlone += earlier.cardinality();
    forget(earlier, batch);
    BitSet empty = earlier;
    earlier = later;
    later = empty;
    news.clear();
    newsCount = 0;
    if (leftAlone >= PROOF && ids.fingerprint(NOTE) == 0) {
      note(TAKES_NEW_IDS, batch);
    }
  }

  private void note(long known, Batch batch) {
    ids.add(NOTE, known);
    batch.inFlight().add(NOTE, known);
  }

  private void forget(BitSet released, Batch batch) {
    for (int id = released.nextSetBit(0); id >= 0; id = released.nextSetBit(id + 1)) {
      if (isReleased(ids.fingerprint(id))) {
        ids.release(id);
        batch.inFlight().release(id);
      }
    }
    released.clear();
  }

  /** The broker has begun a new session. */
  void forgetAll() {
    earlier.clear();
    later.clear();
    news.clear();
    newsCount = 0;
    leftAlone = 0;
  }
}
