// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.receiver.inbound;

import io.github.mqttpartitioned.mqtt.packet.InFlightIds;
import java.util.BitSet;

/**
 * Packet ids of QoS 2 that the broker has released (PUBREL), until it is known that the broker has
 * their PUBCOMP. They recognise what Mosquitto (2.0.11 to 2.1.2) does against [MQTT-4.3.3-6]:
 *
 * <pre>
 *   connection 1   PUBLISH 7 →   ← PUBREC 7   PUBREL 7 →   ← PUBCOMP 7, lost with the connection
 *   connection 2   PUBREL 7, lost with the connection
 *   connection 3   PUBLISH 7 with DUP →
 * </pre>
 *
 * The id is free since connection 1, so that message would be stored twice. Therefore the
 * fingerprint of a released id stays, with a mark, in memory and in the store.
 *
 * <p><b>A repetition, or a new message?</b> A new message can have DUP and a released id, too, and
 * even the same content: if its first delivery was lost, and the broker gives free ids away again.
 * So a repetition is recognised only from a broker that gives ids in order: each one is ahead of
 * the one before, although others are free. From such a broker a new message has no id that was
 * seen a short while ago. It must have done so for {@link #PROOF} round trips of one connection,
 * which the store notes in the place of id 0. The first id that is out of order ends that, and
 * nothing is known about released ids then.
 *
 * <p><b>When an id is forgotten.</b> Acknowledgements leave in the order of receipt. So when a
 * message that came after the PUBREL of an id is itself released, the broker has had the PUBCOMP of
 * that id. An id is also forgotten when the broker's ids are {@link #REACH} ahead of it, or twice
 * that, long before they come round to it.
 *
 * <p>Confined to the wire thread of one connection.
 */
final class ReleasedIds {

  /** Round trips in which a broker must have left released ids alone. */
  static final int PROOF = 16;

  /** How far behind the newest id a released one may be to stay known; a quarter of all ids. */
  static final int REACH = 1 << 14;

  private static final int HALF = 1 << 15;
  private static final int NOTE = 0;
  private static final long GIVES_IDS_IN_ORDER = 1;

  private final InFlightIds ids;

  /** The id that came last; 0 if none is known. */
  private int newest;

  /** What {@link #newest} was when released ids were forgotten for its distance. */
  private int reachBegins;

  /** Released before the last round trip began. */
  private BitSet earlier = new BitSet();

  /** Released since then. */
  private BitSet later = new BitSet();

  /** Ids of the messages without DUP that have come since then. */
  private final BitSet fresh = new BitSet();

  /** Whether the broker had free ids, and knew that, when this round trip began. */
  private boolean hadFreeIds;

  private int roundTrips;

  /**
   * @param ids durable ids, in flight and released
   */
  ReleasedIds(InFlightIds ids) {
    this.ids = ids;
    for (int id = 1; id <= 0xFFFF; id++) {
      if (ids.fingerprint(id) != 0 && (newest == 0 || isAhead(id))) {
        newest = id;
      }
      if (InFlightIds.isReleased(ids.fingerprint(id))) {
        earlier.set(id);
      }
    }
    for (int id = 1; id <= 0xFFFF; id++) {
      if (ids.fingerprint(id) != 0 && distance(id, newest) >= HALF) {
        // Ids all round: none of them is the newest.
        newest = 0;
        break;
      }
    }
    reachBegins = newest;
  }

  private static int distance(int from, int to) {
    return to - from & 0xFFFF;
  }

  private boolean isAhead(int id) {
    return id != newest && distance(newest, id) < HALF;
  }

  /** Whether a message with DUP repeats one that the broker has released. */
  boolean isRepetition(int id, long fingerprint) {
    return ids.fingerprint(id) == InFlightIds.released(fingerprint)
        && ids.fingerprint(NOTE) == GIVES_IDS_IN_ORDER
        && newest != 0;
  }

  /** A message that repeats a released one is in flight again. */
  void repeats(int id) {
    earlier.clear(id);
    later.clear(id);
    fresh.clear(id);
  }

  /** A new message has come. */
  void arrives(int qos, int id, boolean duplicate, Batch batch) {
    if (newest == 0) {
      newest = id;
      reachBegins = id;
    } else if (isAhead(id)) {
      newest = id;
      if (distance(reachBegins, id) >= REACH) {
        forget(earlier, batch);
        forget(later, batch);
        reachBegins = id;
      }
    } else if (qos == 2 || !duplicate) {
      isOutOfOrder(batch);
      newest = id;
      reachBegins = id;
    }
    repeats(id);
    fresh.set(id, !duplicate);
  }

  private void isOutOfOrder(Batch batch) {
    forget(earlier, batch);
    forget(later, batch);
    hadFreeIds = false;
    roundTrips = 0;
    if (ids.fingerprint(NOTE) != 0) {
      ids.release(NOTE);
      batch.inFlight().release(NOTE);
    }
  }

  /**
   * The broker has released an id that is in flight.
   *
   * @return whether the id stays known
   */
  boolean release(int id, Batch batch) {
    if (distance(id, newest) >= REACH) {
      return false;
    }
    if (fresh.get(id)) {
      endRoundTrip(batch);
    }
    later.set(id);
    return true;
  }

  /** The broker has the PUBCOMPs of the ids that were released before this round trip. */
  private void endRoundTrip(Batch batch) {
    if (hadFreeIds && ++roundTrips == PROOF) {
      ids.add(NOTE, GIVES_IDS_IN_ORDER);
      batch.inFlight().add(NOTE, GIVES_IDS_IN_ORDER);
    }
    hadFreeIds = !earlier.isEmpty();
    forget(earlier, batch);
    BitSet empty = earlier;
    earlier = later;
    later = empty;
    fresh.clear();
  }

  private void forget(BitSet released, Batch batch) {
    for (int id = released.nextSetBit(0); id >= 0; id = released.nextSetBit(id + 1)) {
      if (InFlightIds.isReleased(ids.fingerprint(id))) {
        ids.release(id);
        batch.inFlight().release(id);
      }
    }
    released.clear();
  }

  /** The broker has begun a new session. */
  void forgetAll() {
    newest = 0;
    reachBegins = 0;
    earlier.clear();
    later.clear();
    fresh.clear();
    hadFreeIds = false;
    roundTrips = 0;
  }
}
