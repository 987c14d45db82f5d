// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.stream.plan;

import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_OFFSET_INVALID;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.Arrays;
import org.apache.spark.sql.connector.read.streaming.Offset;

/**
 * How far each partition has been planned: {@code {"version":1,"offsets":{"0":123,"1":456}}}. Each
 * number is the offset behind the last one planned. Spark compares offsets by this text, so each
 * value has one text: partitions in numeric order, no blanks. Immutable.
 */
public final class SourceOffset extends Offset {

  static final int VERSION = 1;

  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private static final String REMEDY =
      "Use the checkpoint of this query, and do not edit its offset log by hand.";

  private final long[] offsets;
  private final String json;

  private SourceOffset(long[] offsets) {
    this.offsets = offsets;
    this.json = write(offsets);
  }

  /** The offset with these numbers, by partition. */
  public static SourceOffset of(long... offsets) {
    return new SourceOffset(offsets.clone());
  }

  /** The offset before the first message of each partition. */
  public static SourceOffset zero(int partitions) {
    return new SourceOffset(new long[partitions]);
  }

  /**
   * An offset that Spark gives back: one of this class, or one that Spark has only read from its
   * log. An offset from before partitions were added has 0 for them.
   *
   * @throws IllegalArgumentException if it has more partitions than the source
   */
  public static SourceOffset of(Offset offset, int partitions) {
    SourceOffset own = offset instanceof SourceOffset same ? same : parse(offset.json());
    if (own.partitions() > partitions) {
      throw new IllegalArgumentException(
          MQTT_OFFSET_INVALID.message(
              """
              Offset %s has %d partitions, but the source's checkpoint has %d: the two belong to \
              different queries. Restore the checkpoint as a whole."""
                  .formatted(own.json, own.partitions(), partitions)));
    }
    return own.partitions() == partitions
        ? own
        : new SourceOffset(Arrays.copyOf(own.offsets, partitions));
  }

  /**
   * Reads what {@link #json} has written.
   *
   * @throws IllegalArgumentException if the text is anything else
   */
  public static SourceOffset parse(String json) {
    JsonNode root;
    try {
      root = MAPPER.readTree(json);
    } catch (JsonProcessingException e) {
      throw refused(json, "it is not JSON: " + e.getOriginalMessage(), REMEDY);
    }
    checkVersion(json, root.path("version"));
    JsonNode offsets = root.path("offsets");
    if (!offsets.isObject() || offsets.isEmpty() || root.size() != 2) {
      throw refused(
          json, "it must have the fields version and offsets, with one partition at least", REMEDY);
    }
    long[] values = new long[offsets.size()];
    for (int partition = 0; partition < values.length; partition++) {
      values[partition] = value(json, offsets, partition);
    }
    return new SourceOffset(values);
  }

  private static void checkVersion(String json, JsonNode version) {
    if (!version.isIntegralNumber()) {
      throw refused(json, "it has no version", REMEDY);
    }
    if (!version.canConvertToInt() || version.intValue() != VERSION) {
      throw refused(
          json,
          "it has version %s, but this release reads version %d"
              .formatted(version.asText(), VERSION),
          "Run the release that wrote it, or a newer one.");
    }
  }

  private static long value(String json, JsonNode offsets, int partition) {
    JsonNode value = offsets.path(Integer.toString(partition));
    if (value.isMissingNode()) {
      throw refused(
          json,
          "its partitions must be 0 to %d, and %d is missing"
              .formatted(offsets.size() - 1, partition),
          REMEDY);
    }
    if (!value.isIntegralNumber() || !value.canConvertToLong() || value.longValue() < 0) {
      throw refused(
          json, "the offset of partition %d must be 0 or more".formatted(partition), REMEDY);
    }
    return value.longValue();
  }

  private static IllegalArgumentException refused(String json, String problem, String remedy) {
    return new IllegalArgumentException(
        MQTT_OFFSET_INVALID.message(
            "Cannot read offset %s of format mqtt-partitioned: %s. %s"
                .formatted(json, problem, remedy)));
  }

  private static String write(long[] offsets) {
    StringBuilder json = new StringBuilder(32 + 12 * offsets.length);
    json.append("{\"version\":").append(VERSION).append(",\"offsets\":{");
    for (int partition = 0; partition < offsets.length; partition++) {
      json.append(partition == 0 ? "\"" : ",\"").append(partition).append("\":");
      json.append(offsets[partition]);
    }
    return json.append("}}").toString();
  }

  /** How many partitions there are. */
  public int partitions() {
    return offsets.length;
  }

  /** The offset of a partition. */
  public long get(int partition) {
    return offsets[partition];
  }

  /** The offsets by partition; a copy. */
  public long[] toArray() {
    return offsets.clone();
  }

  /** Whether {@code other} is not higher in any partition. */
  public boolean covers(SourceOffset other) {
    return max(other).equals(this);
  }

  /** The higher offset of each partition. */
  public SourceOffset max(SourceOffset other) {
    long[] max = offsets.clone();
    Arrays.setAll(max, partition -> Math.max(max[partition], other.offsets[partition]));
    return new SourceOffset(max);
  }

  /** The lower offset of each partition. */
  SourceOffset min(SourceOffset other) {
    long[] min = offsets.clone();
    Arrays.setAll(min, partition -> Math.min(min[partition], other.offsets[partition]));
    return new SourceOffset(min);
  }

  @Override
  public String json() {
    return json;
  }
}
