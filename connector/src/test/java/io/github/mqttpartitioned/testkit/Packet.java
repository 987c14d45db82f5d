// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.testkit;

import static io.github.mqttpartitioned.testkit.MqttProperties.readBinary;
import static io.github.mqttpartitioned.testkit.MqttProperties.readString;

import io.github.mqttpartitioned.testkit.MqttProperties.Property;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * One MQTT 5 control packet as it was received, and views of what is in it: {@link #connect} for a
 * CONNECT, and so on; each view throws {@link IllegalStateException} for another type of packet.
 * Immutable.
 */
public final class Packet {

  /** A CONNECT. An absent Session Expiry Interval is 0, an absent Receive Maximum 65535. */
  public record Connect(
      String clientId,
      boolean cleanStart,
      int keepAliveSeconds,
      long sessionExpirySeconds,
      int receiveMaximum,
      MqttProperties properties,
      Optional<String> username,
      Optional<String> password) {}

  /** A CONNACK. */
  public record Connack(boolean sessionPresent, int reason, MqttProperties properties) {}

  /** An AUTH. An absent reason code is 0. */
  public record Auth(int reason, MqttProperties properties) {}

  /** A SUBSCRIBE with its filters. */
  public record Subscribe(
      int packetId, MqttProperties properties, List<Subscription> subscriptions) {}

  /** One topic filter of a SUBSCRIBE with its subscription options. */
  public record Subscription(
      String filter, int qos, boolean noLocal, boolean retainAsPublished, int retainHandling) {}

  /** An UNSUBSCRIBE with its filters. */
  public record Unsubscribe(int packetId, List<String> filters) {}

  /** A SUBACK or UNSUBACK: one reason code for each filter. */
  public record Suback(int packetId, MqttProperties properties, List<Integer> reasons) {}

  /** A PUBACK, PUBREC, PUBREL or PUBCOMP. An absent reason code is 0. */
  public record Acknowledgement(PacketType type, int packetId, int reason) {}

  /** A PUBLISH. The packet id is 0 at QoS 0. */
  public static final class Publish {
    private final String topic;
    private final int packetId;
    private final int flags;
    private final MqttProperties properties;
    private final byte[] payload;

    private Publish(
        String topic, int packetId, int flags, MqttProperties properties, byte[] payload) {
      this.topic = topic;
      this.packetId = packetId;
      this.flags = flags;
      this.properties = properties;
      this.payload = payload;
    }

    public String topic() {
      return topic;
    }

    public int packetId() {
      return packetId;
    }

    public int qos() {
      return flags >>> 1 & 3;
    }

    public boolean duplicate() {
      return (flags & 8) != 0;
    }

    public boolean retain() {
      return (flags & 1) != 0;
    }

    public MqttProperties properties() {
      return properties;
    }

    public byte[] payload() {
      return payload.clone();
    }
  }

  private final PacketType type;
  private final int flags;
  private final byte[] body;

  private Packet(PacketType type, int flags, byte[] body) {
    this.type = type;
    this.flags = flags;
    this.body = body;
  }

  /**
   * A packet from its parts.
   *
   * @param firstByte the fixed header's first byte
   * @param body everything behind the fixed header; taken over
   */
  public static Packet of(int firstByte, byte[] body) {
    return new Packet(PacketType.of(firstByte), firstByte & 0xF, body);
  }

  public PacketType type() {
    return type;
  }

  /** The lower four bits of the fixed header's first byte. */
  public int flags() {
    return flags;
  }

  /** Everything behind the fixed header. */
  public byte[] body() {
    return body.clone();
  }

  /** What a CONNECT says. */
  public Connect connect() {
    ByteBuffer in = bodyOf(PacketType.CONNECT);
    readString(in);
    int version = in.get();
    if (version != 5) {
      throw new IllegalStateException("CONNECT with protocol version " + version + ", not 5");
    }
    int connectFlags = in.get();
    int keepAlive = in.getShort() & 0xFFFF;
    MqttProperties properties = MqttProperties.readFrom(in);
    String clientId = readString(in);
    if ((connectFlags & 0x04) != 0) {
      MqttProperties.readFrom(in);
      readString(in);
      readBinary(in);
    }
    Optional<String> username =
        (connectFlags & 0x80) != 0 ? Optional.of(readString(in)) : Optional.empty();
    Optional<String> password =
        (connectFlags & 0x40) != 0 ? Optional.of(readString(in)) : Optional.empty();
    return new Connect(
        clientId,
        (connectFlags & 0x02) != 0,
        keepAlive,
        properties.number(Property.SESSION_EXPIRY_INTERVAL).orElse(0L),
        properties.number(Property.RECEIVE_MAXIMUM).orElse(65535L).intValue(),
        properties,
        username,
        password);
  }

  /** What a CONNACK says. */
  public Connack connack() {
    ByteBuffer in = bodyOf(PacketType.CONNACK);
    return new Connack((in.get() & 1) != 0, in.get() & 0xFF, MqttProperties.readFrom(in));
  }

  /** What a SUBSCRIBE says. */
  public Subscribe subscribe() {
    ByteBuffer in = bodyOf(PacketType.SUBSCRIBE);
    int packetId = in.getShort() & 0xFFFF;
    MqttProperties properties = MqttProperties.readFrom(in);
    List<Subscription> subscriptions = new ArrayList<>();
    while (in.hasRemaining()) {
      String filter = readString(in);
      int options = in.get();
      subscriptions.add(
          new Subscription(
              filter, options & 3, (options & 4) != 0, (options & 8) != 0, options >>> 4 & 3));
    }
    return new Subscribe(packetId, properties, List.copyOf(subscriptions));
  }

  /** The topic filters of an UNSUBSCRIBE. */
  public Unsubscribe unsubscribe() {
    ByteBuffer in = bodyOf(PacketType.UNSUBSCRIBE);
    int packetId = in.getShort() & 0xFFFF;
    MqttProperties.readFrom(in);
    List<String> filters = new ArrayList<>();
    while (in.hasRemaining()) {
      filters.add(readString(in));
    }
    return new Unsubscribe(packetId, List.copyOf(filters));
  }

  /** What a SUBACK or UNSUBACK says. */
  public Suback suback() {
    ByteBuffer in = bodyOf(PacketType.SUBACK, PacketType.UNSUBACK);
    int packetId = in.getShort() & 0xFFFF;
    MqttProperties properties = MqttProperties.readFrom(in);
    List<Integer> reasons = new ArrayList<>();
    while (in.hasRemaining()) {
      reasons.add(in.get() & 0xFF);
    }
    return new Suback(packetId, properties, List.copyOf(reasons));
  }

  /** What a PUBACK, PUBREC, PUBREL or PUBCOMP says. */
  public Acknowledgement acknowledgement() {
    ByteBuffer in =
        bodyOf(PacketType.PUBACK, PacketType.PUBREC, PacketType.PUBREL, PacketType.PUBCOMP);
    int packetId = in.getShort() & 0xFFFF;
    return new Acknowledgement(type, packetId, in.hasRemaining() ? in.get() & 0xFF : 0);
  }

  /** What a PUBLISH says. */
  public Publish publish() {
    ByteBuffer in = bodyOf(PacketType.PUBLISH);
    String topic = readString(in);
    int packetId = (flags & 6) == 0 ? 0 : in.getShort() & 0xFFFF;
    MqttProperties properties = MqttProperties.readFrom(in);
    byte[] payload = new byte[in.remaining()];
    in.get(payload);
    return new Publish(topic, packetId, flags, properties, payload);
  }

  /** The reason code of a DISCONNECT; an absent one is 0. */
  public int disconnectReason() {
    ByteBuffer in = bodyOf(PacketType.DISCONNECT);
    return in.hasRemaining() ? in.get() & 0xFF : 0;
  }

  /** What an AUTH says. */
  public Auth auth() {
    ByteBuffer in = bodyOf(PacketType.AUTH);
    return in.hasRemaining()
        ? new Auth(in.get() & 0xFF, MqttProperties.readFrom(in))
        : new Auth(0, MqttProperties.NONE);
  }

  private ByteBuffer bodyOf(PacketType... types) {
    if (!List.of(types).contains(type)) {
      throw new IllegalStateException("Expected " + List.of(types) + ", found " + this);
    }
    return ByteBuffer.wrap(body);
  }

  @Override
  public String toString() {
    String hex = HexFormat.of().formatHex(body, 0, Math.min(32, body.length));
    return "%s, flags %d, %d bytes: %s%s"
        .formatted(type, flags, body.length, hex, body.length > 32 ? "…" : "");
  }
}
