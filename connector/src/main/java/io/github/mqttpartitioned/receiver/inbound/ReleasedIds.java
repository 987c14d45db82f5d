// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.receiver.inbound;

import io.github.mqttpartitioned.mqtt.packet.InFlightIds;
import java.util.BitSet;

/**
 * Packet ids of QoS 2 that the broker has released (PUBREL), until it is known that the broker has
 * their PUBCOMP. They recognise what Mosquitto (to 2.1.2 at least) does against [MQTT-4.3.3-6]:
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
 * <p><b>A repetition, or a new message?</b> A new message can also have DUP, a released id and the
 * same content: its first delivery was lost, and the broker uses free ids again. So a message is
 * taken for a repetition only
 *
 * <ul>
 *   <li>from a broker that gives ids in order: each is greater than the one before, although others
 *       are free. Such a broker uses an id again only when its ids have come round. {@link #PROOF}
 *       messages of one connection must have shown it. The store notes that in the place of id 0.
 *       With the first id that is not greater, note and released ids are forgotten.
 *   <li>before the first new message of a connection. A broker sends again in the order in which it
 *       has sent ([MQTT-4.6.0-1]), so the repetitions come first.
 * </ul>
 *
 * <p><b>When an id is forgotten.</b> Acknowledgements leave in the order of receipt. So when a
 * message that came after the PUBREL of an id is itself released, the broker has had the PUBCOMP of
 * that id.
 *
 * <p>Confined to the wire thread of one connection.
 */
final class ReleasedIds {

  /** How many messages must have had a greater id than the one before. */
  static final int PROOF = 64;

  /** With more ids known, those of a broker could come round to one that has just become free. */
  private static final int MOST_KNOWN = 1 << 15;

  /** In its place is the newest id of a broker that gives ids in order; no packet has this id. */
  private static final int NOTE = 0;

  private final InFlightIds ids;

  /** The id of the newest message, as far as it is known. */
  private int newest;

  /** Whether no new message has come on this connection. */
  private boolean isResending = true;

  /** Released before the last round trip began. */
  private BitSet earlier = new BitSet();

  /** Released since then. */
  private BitSet later = new BitSet();

  /** Ids of the messages without DUP that have come since then. */
  private final BitSet fresh = new BitSet();

  /** Whether the broker knows that ids are free. */
  private boolean hasFreeIds;

  /** Messages that had a greater id than the one before, although the broker had free ids. */
  private int inOrder;

  /**
   * @param ids durable ids, in flight and released
   */
  ReleasedIds(InFlightIds ids) {
    this.ids = ids;
    newest = (int) ids.fingerprint(NOTE);
    for (int id = 1; id <= 0xFFFF; id++) {
      if (InFlightIds.isReleased(ids.fingerprint(id))) {
        earlier.set(id);
      }
    }
  }

  /** Whether a message with DUP repeats one that the broker has released. */
  boolean isRepetition(int id, long fingerprint) {
    return isResending
        && givesIdsInOrder()
        && ids.fingerprint(id) == InFlightIds.released(fingerprint);
  }

  private boolean givesIdsInOrder() {
    return ids.fingerprint(NOTE) != 0;
  }

  /** A message that repeats a released one is in flight again. */
  void returns(int id) {
    remove(id);
  }

  private void remove(int id) {
    earlier.clear(id);
    later.clear(id);
    fresh.clear(id);
  }

  /** A message has come that is none of those in flight or released. */
  void arrives(int id, boolean duplicate, Batch batch) {
    isResending = false;
    if (id > newest) {
      newest = id;
      if (!duplicate && hasFreeIds && ++inOrder == PROOF) {
        note(newest, batch);
      }
    } else {
      forgetOrder(batch);
      newest = id;
    }
    remove(id);
    fresh.set(id, !duplicate);
  }

  private void note(int id, Batch batch) {
    ids.add(NOTE, id);
    batch.inFlight().add(NOTE, id);
  }

  /** The broker does not give ids in order, or its ids have come round. */
  private void forgetOrder(Batch batch) {
    forget(earlier, batch);
    forget(later, batch);
    hasFreeIds = false;
    inOrder = 0;
    if (givesIdsInOrder()) {
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
    if (ids.size() > MOST_KNOWN) {
      return false;
    }
    later.set(id);
    if (fresh.get(id)) {
      endRoundTrip(batch);
    }
    return true;
  }

  /** The broker has the PUBCOMPs of the ids that were released before this round trip. */
  private void endRoundTrip(Batch batch) {
    hasFreeIds |= !earlier.isEmpty();
    forget(earlier, batch);
    BitSet empty = earlier;
    earlier = later;
    later = empty;
    fresh.clear();
    if (givesIdsInOrder()) {
      note(newest, batch);
    }
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
    isResending = false;
    earlier.clear();
    later.clear();
    fresh.clear();
    hasFreeIds = false;
    inOrder = 0;
  }
}
