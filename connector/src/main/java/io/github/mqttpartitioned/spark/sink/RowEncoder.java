// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.sink;

import static io.github.mqttpartitioned.mqtt.packet.PropertyCursor.CONTENT_TYPE;
import static io.github.mqttpartitioned.mqtt.packet.PropertyCursor.CORRELATION_DATA;
import static io.github.mqttpartitioned.mqtt.packet.PropertyCursor.MESSAGE_EXPIRY_INTERVAL;
import static io.github.mqttpartitioned.mqtt.packet.PropertyCursor.PAYLOAD_FORMAT;
import static io.github.mqttpartitioned.mqtt.packet.PropertyCursor.RESPONSE_TOPIC;
import static io.github.mqttpartitioned.mqtt.packet.PropertyCursor.USER_PROPERTY;

import io.github.mqttpartitioned.mqtt.packet.VarInt;
import io.github.mqttpartitioned.sender.Outbox;
import io.github.mqttpartitioned.sender.SinkException;
import io.github.mqttpartitioned.spark.sink.SinkLayout.Place;
import io.github.mqttpartitioned.spark.sink.SinkLayout.TopicPart;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Stream;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.UnsafeRow;
import org.apache.spark.sql.catalyst.util.ArrayData;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.unsafe.Platform;
import org.apache.spark.unsafe.types.UTF8String;
import org.jspecify.annotations.Nullable;

/**
 * Turns rows into PUBLISH packets (section 3.3), each straight into the {@link Outbox}: a payload
 * is copied once, from the row into the packet. Confined to one task.
 */
final class RowEncoder {

  private static final byte[] SHARE = "$share/".getBytes(StandardCharsets.US_ASCII);
  private static final int MAX_TEXT = 65_535;
  private static final int MAX_QOS = 2;
  private static final long MAX_EXPIRY = 0xFFFF_FFFFL;

  private final SinkLayout layout;
  private final int partition;
  private final TopicPart[] topicParts;

  /** The fixed parts of the topic as UTF-8. */
  private final byte[][] fixedParts;

  private final Place payload;
  private final Place qos;
  private final Place retained;
  private final Place contentType;
  private final Place payloadIsUtf8;
  private final Place responseTopic;
  private final Place correlationData;
  private final Place messageExpiryInterval;
  private final Place userProperties;
  private final @Nullable RowIdentity identity;
  private final ScratchBytes topic = new ScratchBytes();
  private final ScratchBytes properties = new ScratchBytes();
  private long row;

  /**
   * @param partition number of the task in its batch
   * @param identity what deduplication properties say; null for none
   */
  RowEncoder(SinkLayout layout, int partition, @Nullable RowIdentity identity) {
    this.layout = layout;
    this.partition = partition;
    this.identity = identity;
    topicParts = layout.topic().toArray(TopicPart[]::new);
    fixedParts =
        Stream.of(topicParts)
            .map(part -> part.text().getBytes(StandardCharsets.UTF_8))
            .toArray(byte[][]::new);
    payload = layout.place(SinkColumn.PAYLOAD);
    qos = layout.place(SinkColumn.QOS);
    retained = layout.place(SinkColumn.RETAINED);
    contentType = layout.place(SinkColumn.CONTENT_TYPE);
    payloadIsUtf8 = layout.place(SinkColumn.PAYLOAD_IS_UTF8);
    responseTopic = layout.place(SinkColumn.RESPONSE_TOPIC);
    correlationData = layout.place(SinkColumn.CORRELATION_DATA);
    messageExpiryInterval = layout.place(SinkColumn.MESSAGE_EXPIRY_INTERVAL);
    userProperties = layout.place(SinkColumn.USER_PROPERTIES);
  }

  /**
   * Writes one row.
   *
   * @throws SinkException if the row cannot become a message, or the sender has failed
   */
  void write(InternalRow from, Outbox outbox) throws InterruptedException {
    row = outbox.nextRow();
    readTopic(from);
    readProperties(from);
    int level = qos(from);
    boolean retain =
        isNull(from, retained) ? layout.retained() : from.getBoolean(retained.ordinal());
    if (isNull(from, payload)) {
      throw invalid("has no payload: the column payload is null. Write an empty payload instead");
    }
    if (from instanceof UnsafeRow || payload.type().equals(DataTypes.StringType)) {
      // An UnsafeRow holds text and bytes alike: so its bytes need no array of their own.
      UTF8String content = from.getUTF8String(payload.ordinal());
      int at = begin(outbox, level, retain, content.numBytes());
      content.writeToMemory(outbox.bytes(), Platform.BYTE_ARRAY_OFFSET + at);
    } else {
      byte[] content = from.getBinary(payload.ordinal());
      int at = begin(outbox, level, retain, content.length);
      System.arraycopy(content, 0, outbox.bytes(), at, content.length);
    }
    outbox.publish();
  }

  private int begin(Outbox outbox, int level, boolean retain, int payloadLength)
      throws InterruptedException {
    String fault = outbox.fault(level, retain, topic.length(), properties.length(), payloadLength);
    if (fault != null) {
      throw invalid(fault);
    }
    return outbox.begin(
        level,
        retain,
        topic.array(),
        topic.length(),
        properties.array(),
        properties.length(),
        payloadLength);
  }

  private SinkException invalid(String fault) {
    return SinkException.invalidRow(row, partition, topic.toString(), fault);
  }

  private static boolean isNull(InternalRow from, Place place) {
    return place.isAbsent() || from.isNullAt(place.ordinal());
  }

  private void readTopic(InternalRow from) {
    topic.clear();
    for (int i = 0; i < topicParts.length; i++) {
      TopicPart part = topicParts[i];
      Place column = part.column();
      if (column.isAbsent()) {
        topic.put(fixedParts[i]);
      } else if (from.isNullAt(column.ordinal())) {
        throw SinkException.invalidRow(
            row, partition, null, "has no topic: its column %s is null".formatted(part.text()));
      } else {
        readLevel(from, column.ordinal(), column.type());
      }
    }
    String fault = topicFault(topic, 0);
    if (fault != null) {
      throw SinkException.invalidRow(
          row,
          partition,
          topic.length() == 0 ? null : topic.toString(),
          "has a topic that " + fault);
    }
  }

  private void readLevel(InternalRow from, int ordinal, DataType type) {
    if (type.equals(DataTypes.StringType)) {
      topic.put(from.getUTF8String(ordinal));
    } else if (type.equals(DataTypes.BooleanType)) {
      topic.put(UTF8String.fromString(String.valueOf(from.getBoolean(ordinal))));
    } else {
      topic.putNumber(wholeNumber(from, ordinal, type));
    }
  }

  private static long wholeNumber(InternalRow from, int ordinal, DataType type) {
    if (type.equals(DataTypes.IntegerType)) {
      return from.getInt(ordinal);
    }
    if (type.equals(DataTypes.LongType)) {
      return from.getLong(ordinal);
    }
    return type.equals(DataTypes.ShortType) ? from.getShort(ordinal) : from.getByte(ordinal);
  }

  /**
   * Why the bytes from {@code start} on are no topic of a message, section 4.7; null if they are.
   */
  private static @Nullable String topicFault(ScratchBytes bytes, int start) {
    int length = bytes.length() - start;
    if (length == 0) {
      return "is empty";
    }
    if (length > MAX_TEXT) {
      return "takes %d bytes of UTF-8, but MQTT allows %d".formatted(length, MAX_TEXT);
    }
    if (bytes.hasWildcard(start)) {
      return "contains + or #, which only topic filters have";
    }
    if (bytes.startsWith(SHARE, start)) {
      return "begins with $share/, which only subscriptions have";
    }
    return bytes.isText(start) ? null : "is not UTF-8 without U+0000, as MQTT requires";
  }

  private int qos(InternalRow from) {
    if (isNull(from, qos)) {
      return layout.qos();
    }
    long value = wholeNumber(from, qos.ordinal(), qos.type());
    if (value < 0 || value > MAX_QOS) {
      throw invalid("has qos %d, but only 0, 1 and 2 exist".formatted(value));
    }
    return (int) value;
  }

  private void readProperties(InternalRow from) {
    properties.clear();
    if (!isNull(from, payloadIsUtf8)) {
      properties.putByte(PAYLOAD_FORMAT);
      properties.putByte(from.getBoolean(payloadIsUtf8.ordinal()) ? 1 : 0);
    }
    if (!isNull(from, messageExpiryInterval)) {
      long seconds =
          wholeNumber(from, messageExpiryInterval.ordinal(), messageExpiryInterval.type());
      if (seconds < 0 || seconds > MAX_EXPIRY) {
        throw invalid(
            "has messageExpiryInterval %d, but accepted are 0 to %d seconds"
                .formatted(seconds, MAX_EXPIRY));
      }
      properties.putByte(MESSAGE_EXPIRY_INTERVAL);
      properties.putInt((int) seconds);
    }
    if (!isNull(from, contentType)) {
      properties.putByte(CONTENT_TYPE);
      putText(from.getUTF8String(contentType.ordinal()), "contentType");
    }
    if (!isNull(from, responseTopic)) {
      properties.putByte(RESPONSE_TOPIC);
      int start = putText(from.getUTF8String(responseTopic.ordinal()), "responseTopic");
      String fault = topicFault(properties, start);
      if (fault != null) {
        throw invalid("has a responseTopic that " + fault);
      }
    }
    if (!isNull(from, correlationData)) {
      byte[] data = from.getBinary(correlationData.ordinal());
      requireLength(data.length, "correlationData");
      properties.putByte(CORRELATION_DATA);
      properties.putShort(data.length);
      properties.put(data);
    }
    if (!isNull(from, userProperties)) {
      putUserProperties(from.getArray(userProperties.ordinal()));
    }
    if (identity != null) {
      identity.put(row, properties);
    }
  }

  private void putUserProperties(ArrayData pairs) {
    for (int i = 0; i < pairs.numElements(); i++) {
      InternalRow pair = pairs.isNullAt(i) ? null : pairs.getStruct(i, 2);
      if (pair == null || pair.isNullAt(0) || pair.isNullAt(1)) {
        throw invalid("has userProperties with a null");
      }
      UTF8String key = pair.getUTF8String(0);
      UTF8String value = pair.getUTF8String(1);
      long length = 1L + Short.BYTES + key.numBytes() + Short.BYTES + value.numBytes();
      if (properties.length() + length > VarInt.MAX_VALUE) {
        throw invalid(
            "has properties of more than %d bytes, the maximum of MQTT; the last ones are userProperties"
                .formatted(VarInt.MAX_VALUE));
      }
      properties.putByte(USER_PROPERTY);
      putText(key, "userProperties");
      putText(value, "userProperties");
    }
  }

  /** Appends text with its length before it; returns where the text begins. */
  private int putText(UTF8String text, String column) {
    requireLength(text.numBytes(), column);
    properties.putShort(text.numBytes());
    int start = properties.length();
    properties.put(text);
    if (!properties.isText(start)) {
      throw invalid("has %s that is not UTF-8 without U+0000, as MQTT requires".formatted(column));
    }
    return start;
  }

  private void requireLength(int length, String column) {
    if (length > MAX_TEXT) {
      throw invalid("has %s of %d bytes, but MQTT allows %d".formatted(column, length, MAX_TEXT));
    }
  }

  /** The user properties by which a consumer recognises a row that comes twice. */
  static final class RowIdentity {
    private final byte[] fixed;

    RowIdentity(String query, long epoch, int partition) {
      ScratchBytes bytes = new ScratchBytes();
      put("mqp-query", query, bytes);
      put("mqp-epoch", String.valueOf(epoch), bytes);
      put("mqp-partition", String.valueOf(partition), bytes);
      bytes.putByte(USER_PROPERTY);
      putText("mqp-row", bytes);
      fixed = Arrays.copyOf(bytes.array(), bytes.length());
    }

    private static void put(String key, String value, ScratchBytes bytes) {
      bytes.putByte(USER_PROPERTY);
      putText(key, bytes);
      putText(value, bytes);
    }

    private static void putText(String text, ScratchBytes bytes) {
      byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
      bytes.putShort(utf8.length);
      bytes.put(utf8);
    }

    void put(long row, ScratchBytes bytes) {
      bytes.put(fixed);
      int lengthAt = bytes.length();
      bytes.putShort(0);
      bytes.putNumber(row);
      bytes.setShort(lengthAt, bytes.length() - lengthAt - Short.BYTES);
    }
  }
}
