// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.sparkplug;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A Sparkplug B payload (section 6.4.4).
 *
 * @param timestamp milliseconds since 1970 at which it was published, null for none
 * @param seq sequence number, null for none
 * @param uuid null for none
 */
public record SparkplugPayload(
    @Nullable Long timestamp,
    @Nullable Long seq,
    @Nullable String uuid,
    List<SparkplugMetric> metrics) {

  private static final int TIMESTAMP = 1;
  private static final int METRICS = 2;
  private static final int SEQ = 3;
  private static final int UUID = 4;
  private static final int BODY = 5;

  /**
   * Reads a payload.
   *
   * @return null if the bytes are none, or have none of a payload's fields
   */
  public static @Nullable SparkplugPayload parse(byte[] payload) {
    try {
      return read(ProtobufCursor.of(payload));
    } catch (MalformedPayloadException e) {
      return null;
    }
  }

  private static @Nullable SparkplugPayload read(ProtobufCursor fields) {
    Long timestamp = null;
    Long seq = null;
    String uuid = null;
    boolean isOne = false;
    List<SparkplugMetric> metrics = new ArrayList<>();
    for (int field = fields.next(); field != 0; field = fields.next()) {
      isOne |= field <= BODY;
      switch (field) {
        case TIMESTAMP -> timestamp = fields.uint64();
        case METRICS -> metrics.add(SparkplugMetric.read(fields.message(), 0));
        case SEQ -> seq = fields.uint64();
        case UUID -> uuid = fields.text();
        case BODY -> fields.message();
        default -> {}
      }
    }
    return isOne ? new SparkplugPayload(timestamp, seq, uuid, metrics) : null;
  }
}
