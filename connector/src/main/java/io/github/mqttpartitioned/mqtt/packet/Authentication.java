// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.mqtt.packet;

import io.github.mqttpartitioned.mqtt.packet.ControlPackets.Auth;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * The client's part in enhanced authentication on one connection (section 4.12). Called by the wire
 * thread.
 */
public interface Authentication {

  /** Reason codes of AUTH, section 3.15.2.1. */
  int CONTINUE = 0x18;

  int RE_AUTHENTICATE = 0x19;

  /**
   * The broker has sent AUTH.
   *
   * @throws IOException if the connection cannot go on
   */
  void received(Auth packet) throws IOException;

  /**
   * The broker has accepted CONNECT.
   *
   * @throws IOException if the broker has not proved what it must prove
   */
  void accepted(Auth connAck) throws IOException;

  /** No enhanced authentication: AUTH is an error of the broker, [MQTT-4.12.0-6]. */
  Authentication NONE =
      new Authentication() {
        @Override
        public void received(Auth packet) throws MalformedPacketException {
          throw new MalformedPacketException(
              ReasonCode.PROTOCOL_ERROR, "AUTH, though CONNECT had no Authentication Method");
        }

        @Override
        public void accepted(Auth connAck) {}
      };

  /** AUTH as a whole packet, section 3.15. */
  static byte[] packet(int reasonCode, String method, byte[] data) {
    byte[] name = method.getBytes(StandardCharsets.UTF_8);
    int properties = 2 * (1 + Short.BYTES) + name.length + data.length;
    int body = 1 + VarInt.encodedLength(properties) + properties;
    byte[] packet = new byte[1 + VarInt.encodedLength(body) + body];
    packet[0] = (byte) PacketType.AUTH;
    int at = VarInt.write(packet, 1, body);
    packet[at] = (byte) reasonCode;
    at = VarInt.write(packet, at + 1, properties);
    ByteBuffer.wrap(packet, at, properties)
        .put((byte) ControlPackets.AUTHENTICATION_METHOD)
        .putShort((short) name.length)
        .put(name)
        .put((byte) ControlPackets.AUTHENTICATION_DATA)
        .putShort((short) data.length)
        .put(data);
    return packet;
  }
}
