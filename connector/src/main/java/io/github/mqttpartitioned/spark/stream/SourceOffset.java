// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.stream;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.Arrays;
import org.apache.spark.sql.connector.read.streaming.Offset;

/**
 * How far every partition has been planned: {@code {"version":1,"offsets":{"0":123,"1":456}}}, each
 * number the offset behind the last one planned. Spark compares offsets by this text, so there is
 * one text for each value: partitions in numeric order, no blanks. Immutable.
 */
public final class SourceOffset extends Offset {

  static final int VERSION = 1;

  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private final long[] offsets;
  private final String json;

  private SourceOffset(long[] offsets) {
    this.offsets = offsets;
    this.json = write(offsets);
  }

  public static SourceOffset of(long... offsets) {
    return new SourceOffset(offsets.clone());
  }

  /** The offset before the first message of each partition. */
  static SourceOffset zero(int partitions) {
    return new SourceOffset(new long[partitions]);
  }

  /**
   * An offset that Spark hands back: one of ours, or one that it has only read from its log. One
   * from before partitions were added has nothing of them.
   *
   * @throws IllegalArgumentException when it is one of a source with more partitions
   */
  public static SourceOffset of(Offset offset, int partitions) {
    SourceOffset own = offset instanceof SourceOffset same ? same : parse(offset.json());
    if (own.partitions() > partitions) {
      throw new IllegalArgumentException(
          "Offset "
              + own.json
              + " has "
              + own.partitions()
              + " partitions, but the source's checkpoint has "
              + partitions
              + ": the two belong to different queries. Restore the checkpoint as a whole");
    }
    return own.partitions() == partitions
        ? own
        : new SourceOffset(Arrays.copyOf(own.offsets, partitions));
  }

  /**
   * Reads what {@link #json} has written.
   *
   * @throws IllegalArgumentException when the text is anything else
   */
  static SourceOffset parse(String json) {
    JsonNode root;
    try {
      root = MAPPER.readTree(json);
    } catch (JsonProcessingException e) {
      throw refused(json, "it is not JSON: " + e.getOriginalMessage());
    }
    JsonNode version = root.path("version");
    if (!version.isIntegralNumber()) {
      throw refused(json, "it has no version");
    }
    if (!version.canConvertToInt() || version.intValue() != VERSION) {
      throw refused(
          json,
          "this release reads version "
              + VERSION
              + ", not "
              + version.asText()
              + ": go on with the release that wrote it");
    }
    JsonNode offsets = root.path("offsets");
    if (!offsets.isObject() || offsets.isEmpty() || root.size() != 2) {
      throw refused(json, "expected are version and offsets, with a partition at least");
    }
    long[] values = new long[offsets.size()];
    for (int partition = 0; partition < values.length; partition++) {
      JsonNode value = offsets.path(Integer.toString(partition));
      if (value.isMissingNode()) {
        throw refused(
            json,
            "partitions must be 0 to "
                + (values.length - 1)
                + ", and "
                + partition
                + " is missing");
      }
      if (!value.isIntegralNumber() || !value.canConvertToLong() || value.longValue() < 0) {
        throw refused(json, "offset of partition " + partition + " must be 0 or more");
      }
      values[partition] = value.longValue();
    }
    return new SourceOffset(values);
  }

  private static IllegalArgumentException refused(String json, String problem) {
    return new IllegalArgumentException(
        "Cannot read offset " + json + " of format mqtt-partitioned: " + problem);
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

  int partitions() {
    return offsets.length;
  }

  long get(int partition) {
    return offsets[partition];
  }

  long[] toArray() {
    return offsets.clone();
  }

  /** Whether no partition is further in {@code other}. */
  boolean covers(SourceOffset other) {
    return max(other).equals(this);
  }

  /** The higher offset of each partition. */
  SourceOffset max(SourceOffset other) {
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
