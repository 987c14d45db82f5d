// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.mqtt.packet;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Walks the properties of one PUBLISH (sections 2.2.2 and 3.3.2.3) and checks them on the way:
 * known identifiers, values within the section, well-formed UTF-8, no property twice except User
 * Property and Subscription Identifier. Reusable; allocates nothing; confined to one thread.
 */
public final class PropertyCursor {

  public static final int PAYLOAD_FORMAT = 0x01;
  public static final int MESSAGE_EXPIRY_INTERVAL = 0x02;
  public static final int CONTENT_TYPE = 0x03;
  public static final int RESPONSE_TOPIC = 0x08;
  public static final int CORRELATION_DATA = 0x09;
  public static final int SUBSCRIPTION_IDENTIFIER = 0x0B;
  public static final int TOPIC_ALIAS = 0x23;
  public static final int USER_PROPERTY = 0x26;

  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  private ByteBuffer bytes = NOTHING;
  private int position;
  private int end;
  private long seen;
  private int id;
  private long number;
  private int keyStart;
  private int keyLength;
  private int valueStart;
  private int valueLength;

  /** Puts the cursor before the properties that lie in {@code [start, start + length)}. */
  public void reset(ByteBuffer bytes, int start, int length) {
    this.bytes = bytes;
    this.position = start;
    this.end = start + length;
    this.seen = 0;
  }

  /**
   * Moves to the next property.
   *
   * @return false after the last one
   * @throws MalformedPropertiesException if the specification does not allow the property
   */
  public boolean next() throws MalformedPropertiesException {
    if (position == end) {
      return false;
    }
    id = unsignedByte();
    boolean repeatable = id == USER_PROPERTY || id == SUBSCRIPTION_IDENTIFIER;
    if (!repeatable && id < Long.SIZE && (seen & 1L << id) != 0) {
      throw new MalformedPropertiesException(String.format("property 0x%02X comes twice", id));
    }
    seen |= 1L << id;
    switch (id) {
      case PAYLOAD_FORMAT -> {
        number = unsignedByte();
        if (number > 1) {
          throw new MalformedPropertiesException("Payload Format Indicator is " + number);
        }
      }
      case MESSAGE_EXPIRY_INTERVAL ->
          number = (long) unsignedShort() << Short.SIZE | unsignedShort();
      case TOPIC_ALIAS -> number = unsignedShort();
      case SUBSCRIPTION_IDENTIFIER -> number = variableByteInteger();
      case CORRELATION_DATA -> value(false);
      case CONTENT_TYPE, RESPONSE_TOPIC -> value(true);
      case USER_PROPERTY -> {
        value(true);
        keyStart = valueStart;
        keyLength = valueLength;
        value(true);
      }
      default ->
          throw new MalformedPropertiesException(
              String.format("property 0x%02X does not belong in a PUBLISH", id));
    }
    return true;
  }

  /** Identifier of the current property. */
  public int id() {
    return id;
  }

  /** Value of a numeric property. */
  public long number() {
    return number;
  }

  /** Value of a text property, or of a user property. */
  public String text() {
    return new String(value(), StandardCharsets.UTF_8);
  }

  /** A copy of the bytes of a text or binary property's value. */
  public byte[] value() {
    return copy(valueStart, valueLength);
  }

  /** A copy of the bytes of a user property's key: UTF-8. */
  public byte[] key() {
    return copy(keyStart, keyLength);
  }

  /** Where the value of a text or binary property, or of a user property, begins in the buffer. */
  public int valueStart() {
    return valueStart;
  }

  /** How many bytes of the buffer the value takes. */
  public int valueLength() {
    return valueLength;
  }

  /** Where the key of a user property begins in the buffer. */
  public int keyStart() {
    return keyStart;
  }

  /** How many bytes of the buffer the key takes. */
  public int keyLength() {
    return keyLength;
  }

  private byte[] copy(int start, int length) {
    byte[] copy = new byte[length];
    bytes.get(start, copy);
    return copy;
  }

  private void value(boolean text) throws MalformedPropertiesException {
    int length = unsignedShort();
    require(length);
    valueStart = position;
    valueLength = length;
    position += length;
    if (text && !Utf8.isWellFormed(bytes, valueStart, valueLength)) {
      throw new MalformedPropertiesException(
          String.format("property 0x%02X is not well-formed UTF-8", id));
    }
  }

  private int unsignedShort() throws MalformedPropertiesException {
    return unsignedByte() << Byte.SIZE | unsignedByte();
  }

  private int unsignedByte() throws MalformedPropertiesException {
    require(1);
    return bytes.get(position++) & 0xFF;
  }

  private int variableByteInteger() throws MalformedPropertiesException {
    long read = VarInt.read(bytes, position, end);
    if (read == VarInt.INCOMPLETE) {
      throw beyond();
    }
    if (read == VarInt.MALFORMED) {
      throw new MalformedPropertiesException("a Variable Byte Integer is longer than 4 bytes");
    }
    position += VarInt.length(read);
    return VarInt.value(read);
  }

  private void require(int length) throws MalformedPropertiesException {
    if (end - position < length) {
      throw beyond();
    }
  }

  private static MalformedPropertiesException beyond() {
    return new MalformedPropertiesException("a property reaches beyond the property section");
  }
}
