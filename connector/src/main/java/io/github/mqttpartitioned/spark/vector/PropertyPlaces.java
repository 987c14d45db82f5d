// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.vector;

import io.github.mqttpartitioned.block.Block;
import io.github.mqttpartitioned.mqtt.packet.MalformedPropertiesException;
import io.github.mqttpartitioned.mqtt.packet.PropertyCursor;
import java.util.Arrays;

/**
 * The places of the MQTT 5 properties of some rows of a block, found in one pass without a copy. A
 * place is start and length in one long, or {@link #NONE} for a property that the message does not
 * have. The index of an array is the row; for user properties it is their number in the block.
 */
final class PropertyPlaces {

  /** The message does not have the property. No place, number of seconds or format equals it. */
  static final long NONE = -1;

  private final long[] contentType;
  private final long[] payloadFormat;
  private final long[] responseTopic;
  private final long[] correlationData;
  private final long[] messageExpiryInterval;
  private final int[] userPropertyEnds;
  private long[] userPropertyKeys = new long[0];
  private long[] userPropertyValues = new long[0];
  private int userProperties;

  private PropertyPlaces(int rows) {
    contentType = none(rows);
    payloadFormat = none(rows);
    responseTopic = none(rows);
    correlationData = none(rows);
    messageExpiryInterval = none(rows);
    userPropertyEnds = new int[rows];
  }

  private static long[] none(int rows) {
    long[] places = new long[rows];
    Arrays.fill(places, NONE);
    return places;
  }

  /** Scans {@code rows} rows of a block from {@code firstRow} on. */
  static PropertyPlaces find(Block block, int firstRow, int rows) {
    PropertyPlaces places = new PropertyPlaces(rows);
    if (!block.hasProperties()) {
      return places;
    }
    PropertyCursor cursor = new PropertyCursor();
    for (int row = 0; row < rows; row++) {
      block.properties(firstRow + row, cursor);
      try {
        while (cursor.next()) {
          places.note(row, cursor);
        }
      } catch (MalformedPropertiesException e) {
        throw block.corruptProperties(firstRow + row, e);
      }
      places.userPropertyEnds[row] = places.userProperties;
    }
    return places;
  }

  private void note(int row, PropertyCursor cursor) {
    switch (cursor.id()) {
      case PropertyCursor.CONTENT_TYPE -> contentType[row] = value(cursor);
      case PropertyCursor.PAYLOAD_FORMAT -> payloadFormat[row] = cursor.number();
      case PropertyCursor.RESPONSE_TOPIC -> responseTopic[row] = value(cursor);
      case PropertyCursor.CORRELATION_DATA -> correlationData[row] = value(cursor);
      case PropertyCursor.MESSAGE_EXPIRY_INTERVAL -> messageExpiryInterval[row] = cursor.number();
      case PropertyCursor.USER_PROPERTY -> {
        if (userProperties == userPropertyKeys.length) {
          int size = Math.max(16, 2 * userProperties);
          userPropertyKeys = Arrays.copyOf(userPropertyKeys, size);
          userPropertyValues = Arrays.copyOf(userPropertyValues, size);
        }
        userPropertyKeys[userProperties] = place(cursor.keyStart(), cursor.keyLength());
        userPropertyValues[userProperties] = value(cursor);
        userProperties++;
      }
      default -> {
        // Topic alias and subscription identifier belong to the connection, not to the message.
      }
    }
  }

  private static long value(PropertyCursor cursor) {
    return place(cursor.valueStart(), cursor.valueLength());
  }

  private static long place(int start, int length) {
    return (long) start << Integer.SIZE | length;
  }

  static int start(long place) {
    return (int) (place >>> Integer.SIZE);
  }

  static int length(long place) {
    return (int) place;
  }

  long[] contentType() {
    return contentType;
  }

  /** Payload Format Indicator: 0 for bytes, 1 for UTF-8. */
  long[] payloadFormat() {
    return payloadFormat;
  }

  long[] responseTopic() {
    return responseTopic;
  }

  long[] correlationData() {
    return correlationData;
  }

  /** Seconds. */
  long[] messageExpiryInterval() {
    return messageExpiryInterval;
  }

  /** By row: the number of the user property after the row's last one. */
  int[] userPropertyEnds() {
    return userPropertyEnds;
  }

  long[] userPropertyKeys() {
    return userPropertyKeys;
  }

  long[] userPropertyValues() {
    return userPropertyValues;
  }
}
