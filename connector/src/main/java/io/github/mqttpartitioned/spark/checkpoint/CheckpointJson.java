// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.checkpoint;

import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_CHECKPOINT_DAMAGED;
import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_CHECKPOINT_VERSION;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.cfg.MutableCoercionConfig;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.type.LogicalType;
import java.util.function.Function;

/**
 * The JSON of the checkpoint's files. Each file is one Java record, with its components as fields
 * in their order; the first one is {@code version}.
 *
 * <p>Reading is strict, because the files decide which messages a query owns: a field that is
 * missing, null, of another type or given twice is damage. Only fields that this release does not
 * know are passed over.
 */
final class CheckpointJson {

  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(
              DeserializationFeature.FAIL_ON_TRAILING_TOKENS,
              DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES,
              DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .disable(
              DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES,
              DeserializationFeature.ACCEPT_FLOAT_AS_INT)
          .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
          .withCoercionConfig(LogicalType.Textual, CheckpointJson::acceptTextOnly)
          .defaultSetterInfo(JsonSetter.Value.forValueNulls(Nulls.FAIL, Nulls.FAIL))
          .build();

  private CheckpointJson() {}

  private static void acceptTextOnly(MutableCoercionConfig text) {
    text.setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail)
        .setCoercion(CoercionInputShape.Float, CoercionAction.Fail)
        .setCoercion(CoercionInputShape.Integer, CoercionAction.Fail);
  }

  /** The text of a record. */
  static String write(Record fields) {
    try {
      return MAPPER.writeValueAsString(fields);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("not a record of plain fields: " + fields, e);
    }
  }

  /**
   * Reads what {@link #write} has written.
   *
   * @param place of the text, for errors
   * @param version that this release reads
   * @param value makes the value of the fields; throws IllegalArgumentException if they have none
   * @throws IllegalStateException if the text has another version, or is damaged
   */
  static <F extends Record, T> T read(
      String json, String place, int version, Class<F> fields, Function<F, T> value) {
    try {
      JsonNode root = MAPPER.readTree(json);
      JsonNode found = root.required("version");
      if (found.isInt() && found.intValue() != version) {
        throw new IllegalStateException(
            MQTT_CHECKPOINT_VERSION.message(
                """
                Cannot read %s: it has version %d, but this release reads version %d. \
                Run the release that wrote the file, or a newer one."""
                    .formatted(place, found.intValue(), version)));
      }
      return value.apply(MAPPER.treeToValue(root, fields));
    } catch (JsonProcessingException | IllegalArgumentException e) {
      throw new IllegalStateException(
          MQTT_CHECKPOINT_DAMAGED.message(
              """
              Cannot read %s: it is damaged. Restore the checkpoint from a copy, \
              or start a new query with another checkpointLocation."""
                  .formatted(place)),
          e);
    }
  }
}
