// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.testkit;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The properties of one MQTT 5 packet, in the order in which they stand there. Immutable: {@link
 * #with} gives a longer copy. Nothing is checked beyond each value's type, so that a test can build
 * what a correct peer never would.
 */
public final class MqttProperties {

  /** No properties. */
  public static final MqttProperties NONE = new MqttProperties(List.of());

  /** Every property of MQTT 5, and the type of value that {@link #with} takes for it. */
  public enum Property {
    PAYLOAD_FORMAT_INDICATOR(0x01, Kind.BYTE),
    MESSAGE_EXPIRY_INTERVAL(0x02, Kind.INT),
    CONTENT_TYPE(0x03, Kind.STRING),
    RESPONSE_TOPIC(0x08, Kind.STRING),
    CORRELATION_DATA(0x09, Kind.BINARY),
    SUBSCRIPTION_IDENTIFIER(0x0B, Kind.VARIABLE),
    SESSION_EXPIRY_INTERVAL(0x11, Kind.INT),
    ASSIGNED_CLIENT_IDENTIFIER(0x12, Kind.STRING),
    SERVER_KEEP_ALIVE(0x13, Kind.SHORT),
    AUTHENTICATION_METHOD(0x15, Kind.STRING),
    AUTHENTICATION_DATA(0x16, Kind.BINARY),
    REQUEST_PROBLEM_INFORMATION(0x17, Kind.BYTE),
    WILL_DELAY_INTERVAL(0x18, Kind.INT),
    REQUEST_RESPONSE_INFORMATION(0x19, Kind.BYTE),
    RESPONSE_INFORMATION(0x1A, Kind.STRING),
    SERVER_REFERENCE(0x1C, Kind.STRING),
    REASON_STRING(0x1F, Kind.STRING),
    RECEIVE_MAXIMUM(0x21, Kind.SHORT),
    TOPIC_ALIAS_MAXIMUM(0x22, Kind.SHORT),
    TOPIC_ALIAS(0x23, Kind.SHORT),
    MAXIMUM_QOS(0x24, Kind.BYTE),
    RETAIN_AVAILABLE(0x25, Kind.BYTE),
    USER_PROPERTY(0x26, Kind.PAIR),
    MAXIMUM_PACKET_SIZE(0x27, Kind.INT),
    WILDCARD_SUBSCRIPTION_AVAILABLE(0x28, Kind.BYTE),
    SUBSCRIPTION_IDENTIFIERS_AVAILABLE(0x29, Kind.BYTE),
    SHARED_SUBSCRIPTION_AVAILABLE(0x2A, Kind.BYTE);

    private final int id;
    private final Kind kind;

    Property(int id, Kind kind) {
      this.id = id;
      this.kind = kind;
    }

    private static Property of(int id) {
      for (Property property : values()) {
        if (property.id == id) {
          return property;
        }
      }
      throw new IllegalArgumentException("No MQTT 5 property has id 0x%02x".formatted(id));
    }
  }

  /** The value of a user property. */
  public record Pair(String name, String value) {}

  private enum Kind {
    BYTE(Long.class),
    SHORT(Long.class),
    INT(Long.class),
    VARIABLE(Long.class),
    STRING(String.class),
    BINARY(byte[].class),
    PAIR(Pair.class);

    private final Class<?> type;

    Kind(Class<?> type) {
      this.type = type;
    }
  }

  private record Entry(Property property, Object value) {}

  private final List<Entry> entries;

  private MqttProperties(List<Entry> entries) {
    this.entries = entries;
  }

  /** These properties and an integer one. */
  public MqttProperties with(Property property, long value) {
    return with(property, (Object) value);
  }

  /** These properties and one that is a UTF-8 string. */
  public MqttProperties with(Property property, String value) {
    return with(property, (Object) value);
  }

  /** These properties and one that is binary. */
  public MqttProperties with(Property property, byte[] value) {
    return with(property, (Object) value.clone());
  }

  /** These properties and a user property. */
  public MqttProperties withUserProperty(String name, String value) {
    return with(Property.USER_PROPERTY, new Pair(name, value));
  }

  private MqttProperties with(Property property, Object value) {
    if (!property.kind.type.isInstance(value)) {
      throw new IllegalArgumentException(
          "%s is of type %s, not %s"
              .formatted(property, property.kind, value.getClass().getSimpleName()));
    }
    List<Entry> longer = new ArrayList<>(entries);
    longer.add(new Entry(property, value));
    return new MqttProperties(List.copyOf(longer));
  }

  /** The first value of an integer property. */
  public Optional<Long> number(Property property) {
    return first(property).map(Long.class::cast);
  }

  /** The first value of a string property. */
  public Optional<String> string(Property property) {
    return first(property).map(String.class::cast);
  }

  /** The first value of a binary property. */
  public Optional<byte[]> binary(Property property) {
    return first(property).map(value -> ((byte[]) value).clone());
  }

  /** All user properties, in order. */
  public List<Pair> userProperties() {
    return entries.stream()
        .filter(entry -> entry.property == Property.USER_PROPERTY)
        .map(entry -> (Pair) entry.value)
        .toList();
  }

  private Optional<Object> first(Property property) {
    return entries.stream()
        .filter(entry -> entry.property == property)
        .map(Entry::value)
        .findFirst();
  }

  /** The properties as they stand in a packet, without the length before them. */
  public byte[] encoded() {
    Bytes out = new Bytes(64);
    for (Entry entry : entries) {
      out.putVariable(entry.property.id);
      switch (entry.property.kind) {
        case BYTE -> out.putByte(((Long) entry.value).intValue());
        case SHORT -> out.putShort(((Long) entry.value).intValue());
        case INT -> out.putInt((Long) entry.value);
        case VARIABLE -> out.putVariable(((Long) entry.value).intValue());
        case STRING -> out.putString((String) entry.value);
        case BINARY -> out.putBinary((byte[]) entry.value);
        case PAIR -> {
          Pair pair = (Pair) entry.value;
          out.putString(pair.name()).putString(pair.value());
        }
      }
    }
    return out.toByteArray();
  }

  /** Reads properties with the length before them, and leaves {@code in} behind them. */
  static MqttProperties readFrom(ByteBuffer in) {
    int length = readVariable(in);
    ByteBuffer own = in.slice(in.position(), length);
    in.position(in.position() + length);
    List<Entry> entries = new ArrayList<>();
    while (own.hasRemaining()) {
      Property property = Property.of(readVariable(own));
      Object value =
          switch (property.kind) {
            case BYTE -> (long) (own.get() & 0xFF);
            case SHORT -> (long) (own.getShort() & 0xFFFF);
            case INT -> own.getInt() & 0xFFFF_FFFFL;
            case VARIABLE -> (long) readVariable(own);
            case STRING -> readString(own);
            case BINARY -> readBinary(own);
            case PAIR -> new Pair(readString(own), readString(own));
          };
      entries.add(new Entry(property, value));
    }
    return new MqttProperties(List.copyOf(entries));
  }

  static String readString(ByteBuffer in) {
    return new String(readBinary(in), StandardCharsets.UTF_8);
  }

  static byte[] readBinary(ByteBuffer in) {
    byte[] bytes = new byte[in.getShort() & 0xFFFF];
    in.get(bytes);
    return bytes;
  }

  private static int readVariable(ByteBuffer in) {
    int value = 0;
    for (int shift = 0; shift <= 21; shift += 7) {
      byte next = in.get();
      value |= (next & 0x7F) << shift;
      if (next >= 0) {
        return value;
      }
    }
    throw new IllegalArgumentException("A variable byte integer of more than four bytes");
  }

  @Override
  public String toString() {
    return entries.toString();
  }
}
