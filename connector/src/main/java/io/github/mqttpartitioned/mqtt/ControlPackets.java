// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.mqtt;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * What the packets say that Paho handles, but does not tell us in full: CONNACK (section 3.2),
 * SUBACK (3.9), UNSUBACK (3.11) and DISCONNECT (3.14).
 */
public final class ControlPackets {

  public static final int CONNACK = 0x20;
  public static final int SUBACK = 0x90;
  public static final int UNSUBACK = 0xB0;
  public static final int PINGRESP = 0xD0;
  public static final int DISCONNECT = 0xE0;

  private static final int REASON_STRING = 0x1F;
  private static final int WILDCARD_AVAILABLE = 0x28;
  private static final int SHARED_AVAILABLE = 0x2A;
  public static final int SESSION_EXPIRY = 0x11;
  private static final int SERVER_KEEP_ALIVE = 0x13;

  /**
   * CONNACK, section 3.2.
   *
   * @param sessionPresent whether the broker still has the member's session
   * @param reasonCode 0, or from 0x80 on why the broker refuses
   * @param reason the broker's own words, empty for none
   * @param sharedSubscriptions whether the broker has shared subscriptions
   * @param wildcards whether the broker has wildcard subscriptions
   * @param sessionExpiry Session Expiry Interval in seconds that the broker insists on, or -1
   * @param serverKeepAlive Keep Alive in seconds that the broker insists on, or -1
   */
  public record ConnAck(
      boolean sessionPresent,
      int reasonCode,
      String reason,
      boolean sharedSubscriptions,
      boolean wildcards,
      long sessionExpiry,
      int serverKeepAlive) {

    /** The packet with nothing in it but what Paho needs. */
    public byte[] forPaho() {
      int flags = sessionPresent ? 1 : 0;
      return serverKeepAlive < 0
          ? new byte[] {CONNACK, 3, (byte) flags, (byte) reasonCode, 0}
          : new byte[] {
            CONNACK,
            6,
            (byte) flags,
            (byte) reasonCode,
            3,
            SERVER_KEEP_ALIVE,
            (byte) (serverKeepAlive >>> Byte.SIZE),
            (byte) serverKeepAlive
          };
    }
  }

  /**
   * SUBACK, or UNSUBACK, which has the same form.
   *
   * @param reasonCodes by topic filter: QoS granted, or from 0x80 on why not
   * @param reason the broker's own words, empty for none
   */
  public record SubAck(List<Integer> reasonCodes, String reason) {}

  /**
   * DISCONNECT, section 3.14.
   *
   * @param reasonCode why the broker ends the connection; 0x8E: another client took the session
   *     over
   * @param reason the broker's own words, empty for none
   */
  public record Disconnect(int reasonCode, String reason) {

    public static final int SESSION_TAKEN_OVER = 0x8E;
    public static final int NO_SHARED_SUBSCRIPTIONS = 0x9E;
  }

  private ControlPackets() {}

  /**
   * Reads CONNACK.
   *
   * @param body the packet without its fixed header
   */
  public static ConnAck connAck(ByteBuffer body) throws MalformedPacketException {
    int flags = unsignedByte(body);
    int reasonCode = unsignedByte(body);
    Properties properties = Properties.read(body);
    return new ConnAck(
        (flags & 1) != 0,
        reasonCode,
        properties.reason,
        properties.sharedSubscriptions,
        properties.wildcards,
        properties.sessionExpiry,
        properties.serverKeepAlive);
  }

  public static SubAck subAck(ByteBuffer body) throws MalformedPacketException {
    unsignedShort(body);
    Properties properties = Properties.read(body);
    List<Integer> reasonCodes = new ArrayList<>();
    while (body.hasRemaining()) {
      reasonCodes.add(unsignedByte(body));
    }
    return new SubAck(reasonCodes, properties.reason);
  }

  public static Disconnect disconnect(ByteBuffer body) throws MalformedPacketException {
    int reasonCode = body.hasRemaining() ? unsignedByte(body) : 0;
    return new Disconnect(reasonCode, Properties.read(body).reason);
  }

  /** The properties of a packet from the broker that matter here; the others are passed over. */
  private static final class Properties {
    private String reason = "";
    private boolean sharedSubscriptions = true;
    private boolean wildcards = true;
    private long sessionExpiry = -1;
    private int serverKeepAlive = -1;

    static Properties read(ByteBuffer body) throws MalformedPacketException {
      Properties found = new Properties();
      if (!body.hasRemaining()) {
        return found;
      }
      int length = variableByteInteger(body);
      require(body, length);
      ByteBuffer properties = body.slice(body.position(), length);
      body.position(body.position() + length);
      while (properties.hasRemaining()) {
        found.readOne(properties);
      }
      return found;
    }

    private void readOne(ByteBuffer from) throws MalformedPacketException {
      int id = unsignedByte(from);
      switch (id) {
        case REASON_STRING -> reason = text(from);
        case SHARED_AVAILABLE -> sharedSubscriptions = unsignedByte(from) != 0;
        case WILDCARD_AVAILABLE -> wildcards = unsignedByte(from) != 0;
        case SESSION_EXPIRY ->
            sessionExpiry = (long) unsignedShort(from) << Short.SIZE | unsignedShort(from);
        case SERVER_KEEP_ALIVE -> serverKeepAlive = unsignedShort(from);
        // Section 2.2.2.2, by type: byte, two bytes, four bytes, text or binary, pair of texts.
        case 0x24, 0x25, 0x29, 0x17, 0x19, 0x01 -> unsignedByte(from);
        case 0x21, 0x22, 0x23 -> unsignedShort(from);
        case 0x27, 0x02, 0x18 -> {
          unsignedShort(from);
          unsignedShort(from);
        }
        case 0x12, 0x1A, 0x1C, 0x15, 0x16 -> text(from);
        case 0x26 -> {
          text(from);
          text(from);
        }
        default ->
            throw new MalformedPacketException(
                MalformedPacketException.MALFORMED, String.format("unknown property 0x%02X", id));
      }
    }
  }

  private static String text(ByteBuffer from) throws MalformedPacketException {
    int length = unsignedShort(from);
    require(from, length);
    byte[] text = new byte[length];
    from.get(text);
    return new String(text, StandardCharsets.UTF_8);
  }

  private static int unsignedShort(ByteBuffer from) throws MalformedPacketException {
    return unsignedByte(from) << Byte.SIZE | unsignedByte(from);
  }

  private static int unsignedByte(ByteBuffer from) throws MalformedPacketException {
    require(from, 1);
    return from.get() & 0xFF;
  }

  private static int variableByteInteger(ByteBuffer from) throws MalformedPacketException {
    int value = 0;
    for (int shift = 0; shift < 28; shift += 7) {
      int next = unsignedByte(from);
      value |= (next & 0x7F) << shift;
      if (next < 0x80) {
        return value;
      }
    }
    throw new MalformedPacketException(
        MalformedPacketException.MALFORMED, "a Variable Byte Integer is longer than 4 bytes");
  }

  private static void require(ByteBuffer from, int length) throws MalformedPacketException {
    if (from.remaining() < length) {
      throw new MalformedPacketException(
          MalformedPacketException.MALFORMED, "a packet ends within one of its fields");
    }
  }
}
