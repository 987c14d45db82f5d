// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.receiver.inbound;

import static io.github.mqttpartitioned.mqtt.ReasonCode.MALFORMED_PACKET;
import static io.github.mqttpartitioned.mqtt.ReasonCode.PROTOCOL_ERROR;
import static io.github.mqttpartitioned.mqtt.ReasonCode.TOPIC_ALIAS_INVALID;

import io.github.mqttpartitioned.block.BlockFormat;
import io.github.mqttpartitioned.mqtt.InFlightIds;
import io.github.mqttpartitioned.mqtt.MalformedPacketException;
import io.github.mqttpartitioned.mqtt.MalformedPropertiesException;
import io.github.mqttpartitioned.mqtt.PacketType;
import io.github.mqttpartitioned.mqtt.PropertyCursor;
import io.github.mqttpartitioned.mqtt.Utf8;
import io.github.mqttpartitioned.mqtt.VarInt;
import io.github.mqttpartitioned.option.AckMode;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * Parses PUBLISH (section 3.3) and PUBREL (section 3.6) packets straight into a {@link Batch}. It
 * checks everything before it adds anything: a malformed packet leaves the batch as it was.
 *
 * <p>QoS 2 (section 4.3.3): the message is stored when it arrives, and its id until PUBREL. A
 * message with DUP whose id is in flight with the same topic and payload is a redelivery: it is
 * acknowledged again and not stored again. Without DUP it is a new message, as a broker must set
 * DUP when it sends again ([MQTT-3.3.1-1]): the broker has begun a new session, whose CONNACK may
 * not have arrived, and the id and even the content can be equal to those of the old one. The
 * fingerprint guards against a new session's message that is itself delivered again.
 *
 * <p>With {@link AckMode#PROCESSED}, PUBACK and PUBREC are withheld, and what is not acknowledged
 * comes again on each new connection. So ids of QoS 1 are in flight as well, until their PUBACK is
 * sent. Unlike at QoS 2 the id is free from then on, and this connection's copy of the ids does not
 * change.
 *
 * <p>Allocates nothing per message. Confined to the wire thread of one connection.
 */
public final class PublishParser {

  public static final int DUP = 0x08;
  public static final int RETAIN = 0x01;

  /** In the fingerprint of a QoS 1 message: it never equals that of a QoS 2 message. */
  private static final long OF_QOS_1 = 1L << 62;

  private static final byte[] NOTHING = {};

  private final boolean withhold;
  private final InFlightIds inFlight;
  private final PoisonMessages poison;
  private final PropertyCursor properties = new PropertyCursor();
  private final CRC32C crc = new CRC32C();
  private int qos2InFlight;

  private byte[] bytes = NOTHING;
  private ByteBuffer view = ByteBuffer.wrap(bytes);
  private int at;
  private int end;

  /**
   * @param inFlight durable ids in flight; needed at every QoS of the member: messages that wait in
   *     its session since it asked for QoS 2 still come at QoS 2
   */
  public PublishParser(AckMode ackMode, InFlightIds inFlight, PoisonMessages poison) {
    this.withhold = ackMode == AckMode.PROCESSED;
    this.inFlight = inFlight;
    this.poison = poison;
    for (int id = 1; id <= 0xFFFF; id++) {
      if (isQos2(inFlight.fingerprint(id))) {
        qos2InFlight++;
      }
    }
  }

  /** Forgets the ids in flight: the broker has no session and will never release them. */
  void forgetSession(Batch batch) {
    if (inFlight.size() > 0) {
      inFlight.clear();
      qos2InFlight = 0;
      batch.inFlight().clearAll();
    }
  }

  /** Forgets the array that it has read from, which may be large. */
  void letGo() {
    bytes = NOTHING;
    view = ByteBuffer.wrap(bytes);
  }

  /** QoS 2 packet ids that the broker has not released yet. */
  int idsInFlight() {
    return qos2InFlight;
  }

  private static boolean isQos2(long fingerprint) {
    return fingerprint != 0 && (fingerprint & OF_QOS_1) == 0;
  }

  /**
   * Reads a PUBLISH.
   *
   * @param source holds the packet
   * @param header the packet's first byte
   * @param bodyStart index of the first byte after the fixed header
   * @param bodyEnd end of the packet, exclusive
   * @param receivedMicros time of receipt, microseconds since 1970, UTC
   */
  public void publish(
      byte[] source, int header, int bodyStart, int bodyEnd, long receivedMicros, Batch batch)
      throws MalformedPacketException {
    if (source != bytes) {
      bytes = source;
      view = ByteBuffer.wrap(source);
    }
    at = bodyStart;
    end = bodyEnd;
    int qos = header >>> 1 & 0b11;
    boolean duplicate = (header & DUP) != 0;
    if (qos == 3 || (qos == 0 && duplicate)) {
      throw new MalformedPacketException(
          MALFORMED_PACKET, "PUBLISH with QoS " + qos + (duplicate ? " and DUP" : ""));
    }
    int topicLength = unsignedShort("topic");
    int topicStart = at;
    skip(topicLength, "topic");
    int packetId = 0;
    if (qos > 0) {
      packetId = unsignedShort("packet identifier");
      if (packetId == 0) {
        throw new MalformedPacketException(PROTOCOL_ERROR, "PUBLISH with packet identifier 0");
      }
    }
    int contentStart = at;
    try {
      content(header, qos, topicStart, topicLength, packetId, receivedMicros, batch);
    } catch (MalformedPacketException e) {
      if (qos == 0 || !poison.isRepeated(fingerprint(topicStart, topicLength, contentStart))) {
        throw e;
      }
      addDeadLetter(header, packetId, receivedMicros, bodyStart, e, batch);
    }
    batch.countBytes(bodyEnd - bodyStart);
  }

  private void content(
      int header,
      int qos,
      int topicStart,
      int topicLength,
      int packetId,
      long receivedMicros,
      Batch batch)
      throws MalformedPacketException {
    int propertyLength = propertyLength();
    int propertyStart = at;
    int payloadStart = propertyStart + propertyLength;
    int payloadLength = end - payloadStart;
    if (propertyLength > 0) {
      checkProperties(propertyStart, propertyLength);
    }
    int topic = batch.block().findTopic(bytes, topicStart, topicLength);
    if (topic < 0) {
      checkTopic(topicStart, topicLength);
    }
    boolean duplicate = (header & DUP) != 0;
    if (qos == 2 || (qos == 1 && withhold)) {
      long print = fingerprint(topicStart, topicLength, payloadStart);
      if (!enterFlight(qos, packetId, print, duplicate, batch)) {
        acknowledge(qos, packetId, batch);
        return;
      }
    } else if (qos == 1 && inFlight.size() > 0) {
      // In flight since a run with AckMode.PROCESSED; this PUBACK frees the id.
      release(packetId, batch);
    }
    if (topic < 0) {
      topic = batch.block().addTopic(bytes, topicStart, topicLength);
    }
    batch
        .block()
        .add(
            receivedMicros,
            BlockFormat.flags(qos, (header & RETAIN) != 0, duplicate),
            topic,
            bytes,
            payloadStart,
            payloadLength,
            propertyStart,
            propertyLength);
    if (qos > 0) {
      acknowledge(qos, packetId, batch);
    }
  }

  /** Returns false if the message is in flight already: a redelivery. */
  private boolean enterFlight(
      int qos, int packetId, long contentPrint, boolean duplicate, Batch batch) {
    long print = qos == 1 ? contentPrint | OF_QOS_1 : contentPrint;
    if (duplicate && inFlight.fingerprint(packetId) == print) {
      batch.countDuplicate();
      return false;
    }
    noteFlight(packetId, print);
    inFlight.add(packetId, print);
    batch.inFlight().add(packetId, print);
    return true;
  }

  private void noteFlight(int packetId, long print) {
    qos2InFlight += (isQos2(print) ? 1 : 0) - (isQos2(inFlight.fingerprint(packetId)) ? 1 : 0);
  }

  /**
   * Adds the acknowledgement for the message just added, or for one that was stored before. Of the
   * latter only one thing is known: its offset is lower than the next one.
   */
  private void acknowledge(int qos, int packetId, Batch batch) {
    int header = qos == 1 ? PacketType.PUBACK : PacketType.PUBREC;
    if (withhold) {
      batch.withhold(header, packetId);
    } else {
      batch.acknowledge(header, packetId);
    }
  }

  /**
   * Reads a PUBREL. The answer is success even if the id is not in flight: any other answer could
   * make the broker give the message up.
   */
  public void pubrel(byte[] source, int header, int bodyStart, int bodyEnd, Batch batch)
      throws MalformedPacketException {
    int flags = PacketType.flags(header);
    if (flags != PacketType.PUBREL_FLAGS) {
      throw new MalformedPacketException(MALFORMED_PACKET, "PUBREL with flags " + flags);
    }
    if (bodyEnd - bodyStart < Short.BYTES) {
      throw new MalformedPacketException(MALFORMED_PACKET, "PUBREL without a packet identifier");
    }
    int packetId = ((source[bodyStart] & 0xFF) << 8) | (source[bodyStart + 1] & 0xFF);
    release(packetId, batch);
    batch.acknowledge(PacketType.PUBCOMP, packetId);
  }

  private void release(int packetId, Batch batch) {
    if (inFlight.fingerprint(packetId) != 0) {
      noteFlight(packetId, 0);
      inFlight.release(packetId);
      batch.inFlight().release(packetId);
    }
  }

  private void addDeadLetter(
      int header,
      int packetId,
      long receivedMicros,
      int bodyStart,
      MalformedPacketException e,
      Batch batch) {
    ByteBuffer body = ByteBuffer.wrap(Arrays.copyOfRange(bytes, bodyStart, end));
    batch
        .deadLetters()
        .add(
            new Batch.MalformedPublish(
                header, packetId, receivedMicros, body, String.valueOf(e.getMessage())));
    // At QoS 2 a PUBREL follows; its answer does not need the id in flight.
    acknowledge(header >>> 1 & 0b11, packetId, batch);
  }

  /**
   * Returns 64 bits that distinguish two messages, never 0: the CRC-32C of the topic and of the
   * bytes from {@code restStart} to the packet's end, and the number of the latter.
   */
  private long fingerprint(int topicStart, int topicLength, int restStart) {
    int restLength = end - restStart;
    crc.reset();
    crc.update(bytes, topicStart, topicLength);
    crc.update(bytes, restStart, restLength);
    return 1L << 63 | (long) restLength << 32 | crc.getValue();
  }

  private int propertyLength() throws MalformedPacketException {
    long read = VarInt.read(bytes, at, end);
    if (read == VarInt.INCOMPLETE) {
      throw beyond("property length");
    }
    if (read == VarInt.MALFORMED) {
      throw new MalformedPacketException(
          MALFORMED_PACKET, "property length is longer than 4 bytes");
    }
    at += VarInt.length(read);
    if (end - at < VarInt.value(read)) {
      throw beyond("properties");
    }
    return VarInt.value(read);
  }

  private void checkProperties(int start, int length) throws MalformedPacketException {
    try {
      properties.reset(view, start, length);
      while (properties.next()) {
        if (properties.id() == PropertyCursor.TOPIC_ALIAS) {
          throw new MalformedPacketException(
              TOPIC_ALIAS_INVALID, "PUBLISH with a topic alias, of which none was allowed");
        }
      }
    } catch (MalformedPropertiesException e) {
      throw new MalformedPacketException(MALFORMED_PACKET, "PUBLISH: " + e.getMessage());
    }
  }

  private void checkTopic(int start, int length) throws MalformedPacketException {
    if (length == 0) {
      throw new MalformedPacketException(PROTOCOL_ERROR, "PUBLISH with an empty topic");
    }
    if (!Utf8.isWellFormed(view, start, length)) {
      throw new MalformedPacketException(
          MALFORMED_PACKET, "topic of a PUBLISH is not well-formed UTF-8");
    }
    for (int i = start; i < start + length; i++) {
      if (bytes[i] == '+' || bytes[i] == '#') {
        throw new MalformedPacketException(MALFORMED_PACKET, "topic of a PUBLISH has a wildcard");
      }
    }
  }

  private int unsignedShort(String what) throws MalformedPacketException {
    skip(Short.BYTES, what);
    return ((bytes[at - 2] & 0xFF) << 8) | (bytes[at - 1] & 0xFF);
  }

  private void skip(int length, String what) throws MalformedPacketException {
    if (end - at < length) {
      throw beyond(what);
    }
    at += length;
  }

  private static MalformedPacketException beyond(String what) {
    return new MalformedPacketException(
        MALFORMED_PACKET, what + " of a PUBLISH reaches beyond the packet's announced length");
  }
}
