// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.testkit;

/** The control packet types of MQTT 5, with their number in a fixed header's upper four bits. */
public enum PacketType {
  CONNECT(1),
  CONNACK(2),
  PUBLISH(3),
  PUBACK(4),
  PUBREC(5),
  PUBREL(6),
  PUBCOMP(7),
  SUBSCRIBE(8),
  SUBACK(9),
  UNSUBSCRIBE(10),
  UNSUBACK(11),
  PINGREQ(12),
  PINGRESP(13),
  DISCONNECT(14),
  AUTH(15);

  private static final PacketType[] BY_NUMBER = new PacketType[16];

  static {
    for (PacketType type : values()) {
      BY_NUMBER[type.number] = type;
    }
  }

  private final int number;

  PacketType(int number) {
    this.number = number;
  }

  /** The type in a fixed header's first byte. */
  static PacketType of(int firstByte) {
    PacketType type = BY_NUMBER[firstByte >>> 4 & 0xF];
    if (type == null) {
      throw new IllegalArgumentException(
          "No MQTT 5 packet begins with byte 0x%02x".formatted(firstByte & 0xFF));
    }
    return type;
  }

  /** A fixed header's first byte: this type with the flags that MQTT 5 demands of it. */
  int firstByte() {
    boolean reservedBit = this == PUBREL || this == SUBSCRIBE || this == UNSUBSCRIBE;
    return number << 4 | (reservedBit ? 2 : 0);
  }

  /** Whether this is PUBACK, PUBREC, PUBREL or PUBCOMP: a packet id and possibly a reason code. */
  public boolean isAcknowledgement() {
    return number >= PUBACK.number && number <= PUBCOMP.number;
  }
}
