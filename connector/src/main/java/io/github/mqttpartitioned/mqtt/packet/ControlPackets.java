// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.mqtt.packet;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads the packets that Paho handles without giving their whole content: CONNACK (section 3.2),
 * SUBACK (3.9), UNSUBACK (3.11), DISCONNECT (3.14) and AUTH (3.15).
 *
 * <p>Every text of the broker leaves this class as {@link PrintableText}. Thread-safe: it has no
 * state.
 */
public final class ControlPackets {

  private static final int REASON_STRING = 0x1F;
  private static final int WILDCARD_AVAILABLE = 0x28;
  private static final int SHARED_AVAILABLE = 0x2A;
  public static final int SESSION_EXPIRY = 0x11;
  private static final int SERVER_KEEP_ALIVE = 0x13;
  private static final int RECEIVE_MAXIMUM = 0x21;
  private static final int MAXIMUM_QOS = 0x24;
  private static final int RETAIN_AVAILABLE = 0x25;
  private static final int MAXIMUM_PACKET_SIZE = 0x27;
  private static final int SERVER_REFERENCE = 0x1C;
  static final int AUTHENTICATION_METHOD = 0x15;
  static final int AUTHENTICATION_DATA = 0x16;

  /** The return codes 1 to 5 of a CONNACK of MQTT 3.1.1, in the words of MQTT 5. */
  private static final List<ReasonCode> RETURN_CODES_OF_3_1_1 =
      List.of(
          ReasonCode.UNSUPPORTED_PROTOCOL_VERSION,
          ReasonCode.CLIENT_IDENTIFIER_NOT_VALID,
          ReasonCode.SERVER_UNAVAILABLE,
          ReasonCode.BAD_USER_NAME_OR_PASSWORD,
          ReasonCode.NOT_AUTHORIZED);

  /**
   * CONNACK, section 3.2.
   *
   * @param sessionPresent whether the broker still has the member's session
   * @param reasonCode 0 for success, else why the broker refuses
   * @param reason Reason String, fit to be printed; empty for none
   * @param sharedSubscriptions whether the broker has shared subscriptions
   * @param wildcards whether the broker has wildcard subscriptions
   * @param sessionExpiry Session Expiry Interval in seconds that the broker insists on, or -1
   * @param serverKeepAlive Keep Alive in seconds that the broker insists on, or -1
   * @param limits what the broker accepts of a publisher
   * @param server Server Reference: where the broker sends the client instead, fit to be printed;
   *     empty for none
   */
  public record ConnAck(
      boolean sessionPresent,
      int reasonCode,
      String reason,
      boolean sharedSubscriptions,
      boolean wildcards,
      long sessionExpiry,
      int serverKeepAlive,
      PublishLimits limits,
      String server) {

    /** Size in bytes of the largest packet that the broker takes. */
    public long maximumPacketSize() {
      return limits.maximumPacketSize();
    }

    /** The packet, with only what Paho needs in it. */
    public byte[] forPaho() {
      int flags = sessionPresent ? 1 : 0;
      return serverKeepAlive < 0
          ? new byte[] {PacketType.CONNACK, 3, (byte) flags, (byte) reasonCode, 0}
          : new byte[] {
            PacketType.CONNACK,
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
   * What a broker accepts of a publisher (sections 3.2.2.3.3 to 3.2.2.3.6).
   *
   * @param receiveMaximum maximum number of messages of QoS 1 and 2 that are not confirmed, 1 to
   *     65,535
   * @param maximumQos 0, 1 or 2
   * @param retainAvailable whether a message may be retained
   * @param maximumPacketSize maximum length of a packet with its fixed header, in bytes, 1 to
   *     4,294,967,295
   */
  public record PublishLimits(
      int receiveMaximum, int maximumQos, boolean retainAvailable, long maximumPacketSize) {

    /** What a broker accepts that names no limit. */
    public static final PublishLimits NONE = new PublishLimits(0xFFFF, 2, true, 0xFFFF_FFFFL);
  }

  /**
   * PUBACK, PUBREC or PUBCOMP (sections 3.4, 3.5, 3.7).
   *
   * @param packetId which message it is about
   * @param reasonCode 0x80 and more for a failure
   * @param reason Reason String, fit to be printed; empty for none
   */
  public record Confirmation(int packetId, int reasonCode, String reason) {}

  /**
   * SUBACK (section 3.9), or UNSUBACK (section 3.11), which has the same form.
   *
   * @param packetId Packet Identifier of what is answered
   * @param reasonCodes one per topic filter: the QoS granted, or a failure
   * @param reason Reason String, fit to be printed; empty for none
   */
  public record SubAck(int packetId, List<Integer> reasonCodes, String reason) {}

  /**
   * DISCONNECT, section 3.14.
   *
   * @param reasonCode why the broker ends the connection
   * @param reason Reason String, fit to be printed; empty for none
   * @param server Server Reference: where the broker sends the client instead, fit to be printed;
   *     empty for none
   */
  public record Disconnect(int reasonCode, String reason, String server) {}

  /**
   * What the broker says about authentication, in AUTH (section 3.15) or in CONNACK.
   *
   * @param reasonCode of the packet
   * @param data Authentication Data, null for none; not copied
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  public record Auth(int reasonCode, byte @Nullable [] data) {}

  private ControlPackets() {}

  /**
   * Reads CONNACK. A broker that speaks only MQTT 3.1.1 answers with a return code of that version,
   * which becomes the reason code with the same meaning.
   *
   * @param body the packet without its fixed header
   */
  public static ConnAck connAck(ByteBuffer body) throws MalformedPacketException {
    int flags = unsignedByte(body);
    int code = unsignedByte(body);
    int reasonCode =
        1 <= code && code <= RETURN_CODES_OF_3_1_1.size()
            ? RETURN_CODES_OF_3_1_1.get(code - 1).code()
            : code;
    Properties properties = Properties.read(body);
    return new ConnAck(
        (flags & 1) != 0,
        reasonCode,
        properties.reason,
        properties.sharedSubscriptions,
        properties.wildcards,
        properties.sessionExpiry,
        properties.serverKeepAlive,
        properties.limits(),
        properties.server);
  }

  /**
   * Reads PUBACK, PUBREC or PUBCOMP.
   *
   * @param body the packet without its fixed header
   */
  public static Confirmation confirmation(ByteBuffer body) throws MalformedPacketException {
    int packetId = unsignedShort(body);
    int reasonCode = body.hasRemaining() ? unsignedByte(body) : ReasonCode.SUCCESS;
    return new Confirmation(packetId, reasonCode, Properties.read(body).reason);
  }

  /**
   * Reads SUBACK or UNSUBACK.
   *
   * @param body the packet without its fixed header
   */
  public static SubAck subAck(ByteBuffer body) throws MalformedPacketException {
    int packetId = unsignedShort(body);
    Properties properties = Properties.read(body);
    List<Integer> reasonCodes = new ArrayList<>();
    while (body.hasRemaining()) {
      reasonCodes.add(unsignedByte(body));
    }
    return new SubAck(packetId, reasonCodes, properties.reason);
  }

  /**
   * Reads DISCONNECT.
   *
   * @param body the packet without its fixed header
   */
  public static Disconnect disconnect(ByteBuffer body) throws MalformedPacketException {
    int reasonCode = body.hasRemaining() ? unsignedByte(body) : ReasonCode.SUCCESS;
    Properties properties = Properties.read(body);
    return new Disconnect(reasonCode, properties.reason, properties.server);
  }

  /**
   * Reads AUTH.
   *
   * @param body the packet without its fixed header
   */
  public static Auth auth(ByteBuffer body) throws MalformedPacketException {
    int reasonCode = body.hasRemaining() ? unsignedByte(body) : ReasonCode.SUCCESS;
    return new Auth(reasonCode, Properties.read(body).authenticationData);
  }

  /**
   * Reads what CONNACK says about authentication.
   *
   * @param body the packet without its fixed header
   */
  public static Auth authOfConnAck(ByteBuffer body) throws MalformedPacketException {
    unsignedByte(body);
    return auth(body);
  }

  /** The properties of a packet from the broker that matter here; others are skipped. */
  private static final class Properties {
    private String reason = "";
    private boolean sharedSubscriptions = true;
    private boolean wildcards = true;
    private long sessionExpiry = -1;
    private int serverKeepAlive = -1;
    private String server = "";
    private byte @Nullable [] authenticationData;
    private int receiveMaximum = PublishLimits.NONE.receiveMaximum();
    private int maximumQos = PublishLimits.NONE.maximumQos();
    private boolean retainAvailable = PublishLimits.NONE.retainAvailable();
    private long maximumPacketSize = PublishLimits.NONE.maximumPacketSize();

    PublishLimits limits() {
      return new PublishLimits(receiveMaximum, maximumQos, retainAvailable, maximumPacketSize);
    }

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
        case SESSION_EXPIRY -> sessionExpiry = unsignedInt(from);
        case MAXIMUM_PACKET_SIZE -> maximumPacketSize = unsignedInt(from);
        case SERVER_REFERENCE -> server = text(from);
        case SERVER_KEEP_ALIVE -> serverKeepAlive = unsignedShort(from);
        case AUTHENTICATION_DATA -> authenticationData = binary(from);
        case RECEIVE_MAXIMUM -> receiveMaximum = unsignedShort(from);
        case MAXIMUM_QOS -> maximumQos = unsignedByte(from);
        case RETAIN_AVAILABLE -> retainAvailable = unsignedByte(from) != 0;
        // Section 2.2.2.2, by type: byte, two bytes, four bytes, text or binary, pair of texts.
        case 0x29, 0x17, 0x19, 0x01 -> skip(from, Byte.BYTES);
        case 0x22, 0x23 -> skip(from, Short.BYTES);
        case 0x02, 0x18 -> skip(from, Integer.BYTES);
        case 0x12, 0x1A, AUTHENTICATION_METHOD -> skip(from, unsignedShort(from));
        case 0x26 -> {
          skip(from, unsignedShort(from));
          skip(from, unsignedShort(from));
        }
        default -> throw malformed(String.format("unknown property 0x%02X", id));
      }
    }
  }

  private static String text(ByteBuffer from) throws MalformedPacketException {
    return PrintableText.of(new String(binary(from), StandardCharsets.UTF_8));
  }

  private static byte[] binary(ByteBuffer from) throws MalformedPacketException {
    int length = unsignedShort(from);
    require(from, length);
    byte[] binary = new byte[length];
    from.get(binary);
    return binary;
  }

  private static void skip(ByteBuffer from, int length) throws MalformedPacketException {
    require(from, length);
    from.position(from.position() + length);
  }

  private static long unsignedInt(ByteBuffer from) throws MalformedPacketException {
    return (long) unsignedShort(from) << Short.SIZE | unsignedShort(from);
  }

  private static int unsignedShort(ByteBuffer from) throws MalformedPacketException {
    return unsignedByte(from) << Byte.SIZE | unsignedByte(from);
  }

  private static int unsignedByte(ByteBuffer from) throws MalformedPacketException {
    require(from, 1);
    return from.get() & 0xFF;
  }

  private static int variableByteInteger(ByteBuffer from) throws MalformedPacketException {
    long read = VarInt.read(from, from.position(), from.limit());
    if (read == VarInt.INCOMPLETE) {
      throw endsWithinField();
    }
    if (read == VarInt.MALFORMED) {
      throw malformed("a Variable Byte Integer is longer than 4 bytes");
    }
    from.position(from.position() + VarInt.length(read));
    return VarInt.value(read);
  }

  private static void require(ByteBuffer from, int length) throws MalformedPacketException {
    if (from.remaining() < length) {
      throw endsWithinField();
    }
  }

  private static MalformedPacketException endsWithinField() {
    return malformed("a packet ends within one of its fields");
  }

  private static MalformedPacketException malformed(String problem) {
    return new MalformedPacketException(ReasonCode.MALFORMED_PACKET, problem);
  }
}
