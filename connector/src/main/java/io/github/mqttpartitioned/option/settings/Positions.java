// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.option.settings;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Where a batch read begins or ends, as in Spark's Kafka source: one word for all partitions, or an
 * offset for each. Immutable.
 *
 * @param all {@link #EARLIEST} or {@link #LATEST} for every partition that is not named
 * @param named offsets by partition; {@link #EARLIEST} and {@link #LATEST} have their meaning there
 */
public record Positions(long all, Map<Integer, Long> named) {

  /** The lowest offset that the store holds. */
  public static final long EARLIEST = -2;

  /** The offset behind the last stored message. */
  public static final long LATEST = -1;

  /** No word for all: each partition is named. */
  private static final long EACH = -3;

  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  public Positions {
    named = Map.copyOf(named);
  }

  /**
   * Reads {@code earliest}, {@code latest}, {@code {"0":23,"1":-1}}, or an offset as Spark shows
   * it: {@code {"version":1,"offsets":{"0":23}}}.
   */
  public static Positions parse(String text) {
    return switch (text.trim().toLowerCase(Locale.ROOT)) {
      case "earliest" -> new Positions(EARLIEST, Map.of());
      case "latest" -> new Positions(LATEST, Map.of());
      default -> new Positions(EACH, offsets(text));
    };
  }

  private static Map<Integer, Long> offsets(String text) {
    JsonNode root;
    try {
      root = MAPPER.readTree(text);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("is no JSON: %s".formatted(e.getOriginalMessage()), e);
    }
    JsonNode offsets = root.has("offsets") ? root.get("offsets") : root;
    if (!offsets.isObject() || offsets.isEmpty()) {
      throw new IllegalArgumentException("names no partition");
    }
    Map<Integer, Long> named = new TreeMap<>();
    offsets
        .fields()
        .forEachRemaining(
            field ->
                named.put(partition(field.getKey()), offset(field.getKey(), field.getValue())));
    return named;
  }

  private static int partition(String name) {
    try {
      int partition = Integer.parseInt(name);
      if (partition >= 0 && name.equals(Integer.toString(partition))) {
        return partition;
      }
    } catch (NumberFormatException e) {
      // The error below says what is wrong.
    }
    throw new IllegalArgumentException("has '%s', which is no partition".formatted(name));
  }

  private static long offset(String partition, JsonNode value) {
    if (!value.isIntegralNumber() || !value.canConvertToLong() || value.asLong() < EARLIEST) {
      throw new IllegalArgumentException(
          "has %s for partition %s, which is no offset".formatted(value, partition));
    }
    return value.asLong();
  }

  /** Whether each partition has an offset of its own. */
  public boolean isEach() {
    return all == EACH;
  }

  /** Whether a value means {@code position} for some partition. */
  public boolean has(long position) {
    return all == position || named.containsValue(position);
  }

  /** The position of a partition, {@link #EARLIEST} and {@link #LATEST} among others. */
  public long of(int partition) {
    return named.getOrDefault(partition, all);
  }
}
