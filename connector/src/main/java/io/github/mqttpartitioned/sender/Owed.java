// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.sender;

import io.github.mqttpartitioned.mqtt.packet.PacketType;

/**
 * What the broker owes for each packet identifier: the confirmations of QoS 1 (section 4.3.2) and
 * QoS 2 (section 4.3.3). The identifier of a message follows from its number.
 *
 * <p>Confined to the holder of the outbox's lock, but for {@link #expect}: the writer has exclusive
 * use of an identifier until it publishes the message.
 */
final class Owed {

  /** Packet identifiers are 1 to this number. */
  private static final int IDS = 65_535;

  private static final byte NOTHING = 0;
  private static final byte PUBACK = 1;
  private static final byte PUBREC = 2;
  private static final byte PUBCOMP = 3;
  private static final byte CONFIRMED = 4;

  /** PUBREC has come, and PUBREL has not been sent: the message may still go out again. */
  private static final byte RELEASE = 5;

  /** PUBREC, for a message that goes out again. */
  private static final byte PUBREC_AGAIN = 6;

  private final byte[] owed = new byte[IDS + 1];

  static int packetId(long sequence) {
    return 1 + (int) (sequence % IDS);
  }

  /** How many numbers a packet identifier is ahead of the message with number {@code sequence}. */
  static long ahead(int packetId, long sequence) {
    return Math.floorMod(packetId - packetId(sequence), IDS);
  }

  /**
   * A message is about to be published.
   *
   * @return its packet identifier
   */
  int expect(long sequence, int qos) {
    int packetId = packetId(sequence);
    owed[packetId] = qos == 1 ? PUBACK : PUBREC;
    return packetId;
  }

  /** Whether the broker owes something for the message. */
  boolean isOpen(long sequence) {
    return owed[packetId(sequence)] != CONFIRMED;
  }

  /**
   * Whether PUBREL has been sent, and the broker owes the end of the delivery. The message must not
   * go out again then, [MQTT-4.3.3-6].
   */
  boolean isReleased(int packetId) {
    return owed[packetId] == PUBCOMP;
  }

  /**
   * The message goes out again: the broker owes everything for it.
   *
   * @param known whether the broker may have the message
   */
  void again(int packetId, boolean known) {
    if (owed[packetId] != PUBACK) {
      owed[packetId] = known ? PUBREC_AGAIN : PUBREC;
    }
  }

  /** Whether a message of QoS 2 has gone out again, and the broker may have had it before. */
  boolean isRepeated(int packetId) {
    return owed[packetId] == PUBREC_AGAIN;
  }

  /**
   * Whether a confirmation is due.
   *
   * @param type PUBACK, PUBREC or PUBCOMP
   */
  boolean isDue(int type, int packetId) {
    byte due = owed[packetId];
    return switch (type) {
      case PacketType.PUBACK -> due == PUBACK;
      case PacketType.PUBREC -> due != NOTHING && due != PUBACK && due != CONFIRMED;
      default -> due == PUBCOMP;
    };
  }

  /** The broker has the message of QoS 2. */
  void received(int packetId) {
    if (owed[packetId] == PUBREC || owed[packetId] == PUBREC_AGAIN) {
      owed[packetId] = RELEASE;
    }
  }

  /** PUBREL is about to be sent. */
  void released(int packetId) {
    if (owed[packetId] == RELEASE) {
      owed[packetId] = PUBCOMP;
    }
  }

  /** The broker owes nothing more for the message. */
  void confirmed(int packetId) {
    owed[packetId] = CONFIRMED;
  }

  /**
   * Gives back the identifiers of the confirmed messages in a row.
   *
   * @param sequence number of the first message that is not settled
   * @return number of the first one that is not confirmed
   */
  long settle(long sequence) {
    long until = sequence;
    for (int id = packetId(until); owed[id] == CONFIRMED; id = packetId(until)) {
      owed[id] = NOTHING;
      until++;
    }
    return until;
  }
}
