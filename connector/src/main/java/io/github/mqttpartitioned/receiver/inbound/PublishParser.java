// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.receiver.inbound;

import static io.github.mqttpartitioned.mqtt.packet.ReasonCode.MALFORMED_PACKET;
import static io.github.mqttpartitioned.mqtt.packet.ReasonCode.PROTOCOL_ERROR;
import static io.github.mqttpartitioned.mqtt.packet.ReasonCode.TOPIC_ALIAS_INVALID;

import io.github.mqttpartitioned.block.BlockFormat;
import io.github.mqttpartitioned.mqtt.packet.InFlightIds;
import io.github.mqttpartitioned.mqtt.packet.MalformedPacketException;
import io.github.mqttpartitioned.mqtt.packet.MalformedPropertiesException;
import io.github.mqttpartitioned.mqtt.packet.PacketType;
import io.github.mqttpartitioned.mqtt.packet.PropertyCursor;
import io.github.mqttpartitioned.mqtt.packet.Utf8;
import io.github.mqttpartitioned.mqtt.packet.VarInt;
import io.github.mqttpartitioned.option.settings.AckMode;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Parses PUBLISH (section 3.3) and PUBREL (section 3.6) packets straight into a {@link Batch}. It
 * checks everything before it adds anything: a malformed packet leaves the batch as it was. What
 * the broker delivers again makes no row, see {@link Redeliveries}.
 *
 * <p>Some breaches of the specification are counted and not punished; {@code docs/brokers.md} has
 * the table.
 *
 * <p>Allocates nothing per message. Confined to the wire thread of one connection.
 */
public final class PublishParser {

  public static final int DUP = 0x08;
  public static final int RETAIN = 0x01;

  private static final byte[] NOTHING = {};

  /** Null if the session can have no subscriptions of another query. */
  private @Nullable ForeignTopics foreign;

  private final boolean withhold;
  private final Redeliveries redeliveries;
  private final PoisonMessages poison;
  private final PropertyCursor properties = new PropertyCursor();
  private final CRC32C crc = new CRC32C();
  private final TopicAliases aliases = new TopicAliases();

  private byte[] bytes = NOTHING;
  private ByteBuffer view = ByteBuffer.wrap(bytes);
  private int at;
  private int end;

  // The topic of the packet: in the packet, or the one that its alias stands for.
  private byte[] topicSource = NOTHING;
  private int topicStart;
  private int topicLength;

  /** The packet's topic alias; 0 for none. */
  private int alias;

  /**
   * @param inFlight durable ids in flight; needed at every QoS of the member: messages that wait in
   *     its session since it asked for QoS 2 still come at QoS 2
   */
  public PublishParser(AckMode ackMode, InFlightIds inFlight, PoisonMessages poison) {
    this(ackMode, inFlight, poison, null);
  }

  /**
   * @param foreign takes the topics that the query does not read; null if it can be no other ones
   */
  public PublishParser(
      AckMode ackMode,
      InFlightIds inFlight,
      PoisonMessages poison,
      @Nullable ForeignTopics foreign) {
    this.foreign = foreign;
    this.withhold = ackMode == AckMode.PROCESSED;
    this.redeliveries = new Redeliveries(inFlight);
    this.poison = poison;
  }

  /** Forgets the ids in flight: the broker has no session and will never release them. */
  void forgetSession(Batch batch) {
    foreign = null;
    redeliveries.forget(batch);
  }

  /** Forgets the array that it has read from, which may be large. */
  void letGo() {
    bytes = NOTHING;
    topicSource = NOTHING;
    view = ByteBuffer.wrap(bytes);
  }

  /** QoS 2 packet ids that the broker has not released yet. */
  int idsInFlight() {
    return redeliveries.qos2InFlight();
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
    if (qos == 3) {
      throw new MalformedPacketException(MALFORMED_PACKET, "PUBLISH with QoS 3");
    }
    topicLength = unsignedShort("topic");
    topicStart = at;
    topicSource = bytes;
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
      content(header, packetId, receivedMicros, false, batch);
    } catch (MalformedPacketException e) {
      if (qos > 0 && !poison.isRepeated(fingerprint(contentStart))) {
        throw e;
      }
      at = contentStart;
      readable(header, packetId, receivedMicros, bodyStart, e, batch);
    }
    batch.countBytes(bodyEnd - bodyStart);
  }

  /**
   * Takes a malformed message that does not come again in another form: at QoS 0, because it is
   * sent once; at QoS 1 and 2, because it was sent like this before. What can be read becomes a
   * row, the rest a dead letter.
   */
  private void readable(
      int header,
      int packetId,
      long receivedMicros,
      int bodyStart,
      MalformedPacketException problem,
      Batch batch)
      throws MalformedPacketException {
    try {
      content(header, packetId, receivedMicros, true, batch);
      batch.countBreach();
    } catch (MalformedPacketException e) {
      if (qos(header) == 0) {
        throw e;
      }
      addDeadLetter(header, packetId, receivedMicros, bodyStart, problem, batch);
    }
  }

  private static int qos(int header) {
    return header >>> 1 & 0b11;
  }

  /**
   * @param lenient takes a message without its properties if they are malformed, and a topic with
   *     wildcards
   */
  private void content(int header, int packetId, long receivedMicros, boolean lenient, Batch batch)
      throws MalformedPacketException {
    int qos = qos(header);
    int propertyLength = propertyLength();
    int propertyStart = at;
    int payloadStart = propertyStart + propertyLength;
    int payloadLength = end - payloadStart;
    alias = 0;
    if (propertyLength > 0 && !readProperties(propertyStart, propertyLength, lenient)) {
      propertyLength = 0;
    }
    if (alias > 0 && topicLength == 0) {
      resolveAlias();
    }
    int topic = batch.block().findTopic(topicSource, topicStart, topicLength);
    if (topic < 0 && topicSource == bytes) {
      checkTopic(topicStart, topicLength, lenient);
    }
    boolean duplicate = (header & DUP) != 0;
    if (alias > 0 || (qos == 0 && duplicate)) {
      batch.countBreach();
    }
    if (alias > 0 && topicSource == bytes) {
      aliases.introduce(alias, bytes, topicStart, topicLength);
    }
    if (topic < 0 && foreign != null && foreign.isForeign(topicSource, topicStart, topicLength)) {
      drop(qos, packetId, duplicate, batch);
      return;
    }
    if (qos == 2 || (qos == 1 && withhold)) {
      long print = fingerprint(payloadStart);
      if (!redeliveries.enter(qos, packetId, print, duplicate, batch)) {
        acknowledge(qos, packetId, batch);
        return;
      }
    } else if (qos == 1) {
      redeliveries.passes(packetId, duplicate, batch);
    }
    if (topic < 0) {
      topic = batch.block().addTopic(topicSource, topicStart, topicLength);
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

  /** Acknowledges a message that makes no row. PUBREL is answered without the id in flight. */
  private void drop(int qos, int packetId, boolean duplicate, Batch batch) {
    if (qos > 0) {
      redeliveries.passes(packetId, duplicate, batch);
      batch.acknowledge(qos == 1 ? PacketType.PUBACK : PacketType.PUBREC, packetId);
    }
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
    if (PacketType.flags(header) != PacketType.PUBREL_FLAGS) {
      batch.countBreach();
    }
    if (bodyEnd - bodyStart < Short.BYTES) {
      throw new MalformedPacketException(MALFORMED_PACKET, "PUBREL without a packet identifier");
    }
    int packetId = ((source[bodyStart] & 0xFF) << 8) | (source[bodyStart + 1] & 0xFF);
    if (packetId == 0) {
      throw new MalformedPacketException(PROTOCOL_ERROR, "PUBREL with packet identifier 0");
    }
    redeliveries.release(packetId, batch);
    batch.acknowledge(PacketType.PUBCOMP, packetId);
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
    redeliveries.passes(packetId, (header & DUP) != 0, batch);
    acknowledge(qos(header), packetId, batch);
  }

  /**
   * Returns 64 bits that distinguish two messages, never 0, bits 61 and 62 never set: the CRC-32C
   * of the topic and of the bytes from {@code restStart} to the packet's end, and the number of the
   * latter.
   */
  private long fingerprint(int restStart) {
    int restLength = end - restStart;
    crc.reset();
    crc.update(topicSource, topicStart, topicLength);
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

  /** Returns false if the properties are malformed and {@code lenient} allows that. */
  private boolean readProperties(int start, int length, boolean lenient)
      throws MalformedPacketException {
    try {
      properties.reset(view, start, length);
      while (properties.next()) {
        if (properties.id() == PropertyCursor.TOPIC_ALIAS) {
          alias = (int) properties.number();
          if (alias == 0) {
            if (lenient) {
              return false;
            }
            throw new MalformedPacketException(TOPIC_ALIAS_INVALID, "PUBLISH with topic alias 0");
          }
        }
      }
      return true;
    } catch (MalformedPropertiesException e) {
      if (lenient) {
        return false;
      }
      throw new MalformedPacketException(MALFORMED_PACKET, "PUBLISH: " + e.getMessage());
    }
  }

  private void resolveAlias() throws MalformedPacketException {
    byte[] known = aliases.find(alias);
    if (known == null) {
      throw new MalformedPacketException(
          TOPIC_ALIAS_INVALID,
          "PUBLISH without a topic, and with a topic alias that was not introduced");
    }
    topicSource = known;
    topicStart = 0;
    topicLength = known.length;
  }

  private void checkTopic(int start, int length, boolean lenient) throws MalformedPacketException {
    if (length == 0) {
      throw new MalformedPacketException(PROTOCOL_ERROR, "PUBLISH with an empty topic");
    }
    if (!Utf8.isWellFormed(view, start, length)) {
      throw new MalformedPacketException(
          MALFORMED_PACKET, "topic of a PUBLISH is not well-formed UTF-8");
    }
    for (int i = start; !lenient && i < start + length; i++) {
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
