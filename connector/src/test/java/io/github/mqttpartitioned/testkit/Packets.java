// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.testkit;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Encodes MQTT 5 control packets: each method gives the whole packet, ready to be sent. */
public final class Packets {

  private Packets() {}

  /** A CONNECT without a will. */
  public static byte[] connect(
      String clientId,
      boolean cleanStart,
      int keepAliveSeconds,
      MqttProperties properties,
      @Nullable String username,
      @Nullable String password) {
    int flags =
        (cleanStart ? 0x02 : 0) | (username != null ? 0x80 : 0) | (password != null ? 0x40 : 0);
    Bytes body = new Bytes(64).putString("MQTT").putByte(5).putByte(flags);
    putProperties(body.putShort(keepAliveSeconds), properties.encoded()).putString(clientId);
    if (username != null) {
      body.putString(username);
    }
    if (password != null) {
      body.putString(password);
    }
    return framed(PacketType.CONNECT, body);
  }

  /** A CONNACK. */
  public static byte[] connack(boolean sessionPresent, int reason, MqttProperties properties) {
    Bytes body = new Bytes(16).putByte(sessionPresent ? 1 : 0).putByte(reason);
    return framed(PacketType.CONNACK, putProperties(body, properties.encoded()));
  }

  /** A SUBSCRIBE to some filters with one QoS and otherwise default options. */
  public static byte[] subscribe(int packetId, int qos, String... filters) {
    Bytes body = putProperties(new Bytes(64).putShort(packetId), new byte[0]);
    for (String filter : filters) {
      body.putString(filter).putByte(qos);
    }
    return framed(PacketType.SUBSCRIBE, body);
  }

  /** A SUBACK: one reason code for each filter, a granted QoS or a refusal. */
  public static byte[] suback(int packetId, MqttProperties properties, int... reasons) {
    Bytes body = putProperties(new Bytes(16).putShort(packetId), properties.encoded());
    for (int reason : reasons) {
      body.putByte(reason);
    }
    return framed(PacketType.SUBACK, body);
  }

  /** An UNSUBACK: one reason code for each filter. */
  public static byte[] unsuback(int packetId, int... reasons) {
    Bytes body = putProperties(new Bytes(16).putShort(packetId), new byte[0]);
    for (int reason : reasons) {
      body.putByte(reason);
    }
    return framed(PacketType.UNSUBACK, body);
  }

  /** A PUBLISH with everything that may be in one. At QoS 0 the packet id is left out. */
  public static byte[] publish(
      String topic,
      byte[] payload,
      int qos,
      int packetId,
      boolean duplicate,
      boolean retain,
      MqttProperties properties) {
    Bytes out = new Bytes(payload.length + 64);
    byte[] topicBytes = topic.getBytes(StandardCharsets.UTF_8);
    int flags = (duplicate ? 8 : 0) | qos << 1 | (retain ? 1 : 0);
    putPublish(out, topicBytes, payload, flags, packetId, properties.encoded());
    return out.toByteArray();
  }

  /** A PUBLISH that is sent for the first time, without properties. */
  public static byte[] publish(String topic, byte[] payload, int qos, int packetId) {
    return publish(topic, payload, qos, packetId, false, false, MqttProperties.NONE);
  }

  /** Appends a PUBLISH; {@code flags} are the fixed header's lower four bits. */
  static void putPublish(
      Bytes out, byte[] topic, byte[] payload, int flags, int packetId, byte[] properties) {
    boolean hasId = (flags & 6) != 0;
    int propertiesSize = Bytes.variableSize(properties.length) + properties.length;
    int length = 2 + topic.length + (hasId ? 2 : 0) + propertiesSize + payload.length;
    out.putByte(PacketType.PUBLISH.firstByte() | flags).putVariable(length).putBinary(topic);
    if (hasId) {
      out.putShort(packetId);
    }
    putProperties(out, properties).put(payload);
  }

  /** A PUBACK, PUBREC, PUBREL or PUBCOMP with reason code 0, left out: four bytes. */
  public static byte[] acknowledgement(PacketType type, int packetId) {
    Bytes out = new Bytes(4);
    putAcknowledgement(out, type, packetId);
    return out.toByteArray();
  }

  /** A PUBACK, PUBREC, PUBREL or PUBCOMP with a reason code. */
  public static byte[] acknowledgement(PacketType type, int packetId, int reason) {
    return framed(requireAcknowledgement(type), new Bytes(4).putShort(packetId).putByte(reason));
  }

  /** Appends a PUBACK, PUBREC, PUBREL or PUBCOMP with reason code 0. */
  static void putAcknowledgement(Bytes out, PacketType type, int packetId) {
    out.putByte(requireAcknowledgement(type).firstByte()).putByte(2).putShort(packetId);
  }

  /** A PUBREL with reason code 0. */
  public static byte[] pubrel(int packetId) {
    return acknowledgement(PacketType.PUBREL, packetId);
  }

  /** A PINGREQ or PINGRESP. */
  public static byte[] empty(PacketType type) {
    return framed(type, new Bytes(0));
  }

  /** A DISCONNECT. */
  public static byte[] disconnect(int reason, MqttProperties properties) {
    Bytes body = new Bytes(16).putByte(reason);
    return framed(PacketType.DISCONNECT, putProperties(body, properties.encoded()));
  }

  /** An AUTH. */
  public static byte[] auth(int reason, MqttProperties properties) {
    return framed(
        PacketType.AUTH, putProperties(new Bytes(16).putByte(reason), properties.encoded()));
  }

  private static PacketType requireAcknowledgement(PacketType type) {
    if (!type.isAcknowledgement()) {
      throw new IllegalArgumentException(type + " is no acknowledgement");
    }
    return type;
  }

  private static Bytes putProperties(Bytes out, byte[] properties) {
    return out.putVariable(properties.length).put(properties);
  }

  private static byte[] framed(PacketType type, Bytes body) {
    return new Bytes(body.size() + 5)
        .putByte(type.firstByte())
        .putVariable(body.size())
        .put(body)
        .toByteArray();
  }
}
