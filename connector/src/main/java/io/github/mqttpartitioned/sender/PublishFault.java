// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.sender;

import io.github.mqttpartitioned.mqtt.packet.ControlPackets.PublishLimits;
import io.github.mqttpartitioned.mqtt.packet.VarInt;
import org.jspecify.annotations.Nullable;

/** Why a broker will not take a message. */
final class PublishFault {

  private PublishFault() {}

  /**
   * Checks a message against what the broker has said in CONNACK (section 3.2.2.3).
   *
   * @param remaining Remaining Length of its packet
   * @return the predicate of a sentence about the row; null if the broker will take it
   */
  static @Nullable String of(PublishLimits allowed, int qos, boolean retain, long remaining) {
    if (remaining > VarInt.MAX_VALUE) {
      return "takes %d bytes, but MQTT allows %d".formatted(remaining, VarInt.MAX_VALUE);
    }
    long length = 1 + VarInt.encodedLength((int) remaining) + remaining;
    if (length > allowed.maximumPacketSize()) {
      return """
          makes a packet of %d bytes, but the broker's Maximum Packet Size is %d. Shorten the \
          payload, or raise the broker's limit"""
          .formatted(length, allowed.maximumPacketSize());
    }
    if (qos > allowed.maximumQos()) {
      return """
          has qos %d, but the broker's Maximum QoS is %d. Set qos=%d and accept its guarantee, or \
          raise the broker's maximum"""
          .formatted(qos, allowed.maximumQos(), allowed.maximumQos());
    }
    return retain && !allowed.retainAvailable()
        ? """
          is to be retained, but the broker does not retain messages. Set retained=false, or \
          switch retained messages on in the broker"""
        : null;
  }
}
