// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.receiver.inbound;

import io.github.mqttpartitioned.mqtt.packet.InFlightIds;
import io.github.mqttpartitioned.option.settings.AckMode;

/**
 * Recognises messages that the broker delivers again, by the packet ids in flight and a fingerprint
 * of their messages. Each change of the ids goes into the batch, too, and so into the store.
 *
 * <p>QoS 2 (section 4.3.3): the message is stored when it arrives, and its id until PUBREL. A
 * message with DUP whose id is in flight with the same topic and payload is a redelivery: it is
 * acknowledged again and not stored again. Without DUP it is a new message, as a broker must set
 * DUP when it sends again ([MQTT-3.3.1-1]): the broker has begun a new session, whose CONNACK may
 * not have arrived, and the id and even the content can be equal to those of the old one. The
 * fingerprint guards against a new session's message that is itself delivered again. An id that is
 * released stays known for a while: see {@link ReleasedIds}.
 *
 * <p>With {@link AckMode#PROCESSED}, PUBACK and PUBREC are withheld, and what is not acknowledged
 * comes again on each new connection. So ids of QoS 1 are in flight as well, until their PUBACK is
 * sent. Unlike at QoS 2 the id is free from then on, and this connection's copy of the ids does not
 * change.
 *
 * <p>Allocates nothing per message. Confined to the wire thread of one connection.
 */
final class Redeliveries {

  /** In the fingerprint of a QoS 1 message: it never equals that of a QoS 2 message. */
  private static final long OF_QOS_1 = 1L << 62;

  private final InFlightIds ids;
  private final ReleasedIds released;
  private int qos2;

  /**
   * @param ids durable ids in flight
   */
  Redeliveries(InFlightIds ids) {
    this.ids = ids;
    this.released = new ReleasedIds(ids);
    for (int id = 1; id <= 0xFFFF; id++) {
      if (isQos2(ids.fingerprint(id))) {
        qos2++;
      }
    }
  }

  private static boolean isQos2(long fingerprint) {
    return fingerprint != 0
        && (fingerprint & OF_QOS_1) == 0
        && !InFlightIds.isReleased(fingerprint);
  }

  /** QoS 2 packet ids that the broker has not released yet. */
  int qos2InFlight() {
    return qos2;
  }

  /** Forgets the ids: the broker has no session and will never release them. */
  void forget(Batch batch) {
    released.forgetAll();
    if (ids.size() > 0) {
      ids.clear();
      qos2 = 0;
      batch.inFlight().clearAll();
    }
  }

  /**
   * Puts a message in flight.
   *
   * @param qos 1 or 2
   * @param fingerprint of the message, not 0; bits 61 and 62 are 0
   * @return false if the message is in flight already: a redelivery
   */
  boolean enter(int qos, int packetId, long fingerprint, boolean duplicate, Batch batch) {
    long print = qos == 1 ? fingerprint | OF_QOS_1 : fingerprint;
    if (duplicate && ids.fingerprint(packetId) == print) {
      batch.countDuplicate();
      return false;
    }
    boolean isRepetition = duplicate && released.isRepetition(packetId, print);
    if (isRepetition) {
      released.returns(packetId);
      batch.countDuplicate();
      batch.countBreach();
    } else {
      released.arrives(packetId, duplicate, batch);
    }
    put(packetId, print, batch);
    return !isRepetition;
  }

  private void put(int packetId, long print, Batch batch) {
    count(packetId, print);
    ids.add(packetId, print);
    batch.inFlight().add(packetId, print);
  }

  /** The broker releases an id: PUBREL. */
  void release(int packetId, Batch batch) {
    if (isQos2(ids.fingerprint(packetId))) {
      if (released.release(packetId, batch)) {
        put(packetId, InFlightIds.released(ids.fingerprint(packetId)), batch);
      } else {
        free(packetId, batch);
      }
    }
  }

  /**
   * A message comes that is acknowledged and does not stay in flight. Its id may have been in
   * flight since a run with {@link AckMode#PROCESSED}.
   */
  void passes(int packetId, boolean duplicate, Batch batch) {
    if (ids.size() > 0) {
      released.arrives(packetId, duplicate, batch);
      free(packetId, batch);
    }
  }

  private void free(int packetId, Batch batch) {
    if (ids.fingerprint(packetId) != 0) {
      count(packetId, 0);
      ids.release(packetId);
      batch.inFlight().release(packetId);
    }
  }

  private void count(int packetId, long print) {
    qos2 += (isQos2(print) ? 1 : 0) - (isQos2(ids.fingerprint(packetId)) ? 1 : 0);
  }
}
