// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.checkpoint;

import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_CHECKPOINT_DAMAGED;
import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_CHECKPOINT_VERSION;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.mqttpartitioned.cluster.PartitionAssignment;
import io.github.mqttpartitioned.cluster.PartitionAssignments;
import java.util.ArrayList;
import java.util.List;

/**
 * The text of {@link PartitionAssignments} in the checkpoint: {@code
 * {"version":1,"epoch":3,"holders":[{"host":"a","generation":0}, …]}}, partitions in numeric order.
 * "holders" is the name that version 1 has for assignments.
 */
final class PartitionAssignmentsJson {

  static final int VERSION = 1;

  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  private PartitionAssignmentsJson() {}

  static String of(PartitionAssignments assignments) {
    ObjectNode root = MAPPER.createObjectNode();
    root.put("version", VERSION);
    root.put("epoch", assignments.epoch());
    ArrayNode array = root.putArray("holders");
    for (PartitionAssignment each : assignments.partitions()) {
      array.addObject().put("host", each.host()).put("generation", each.generation());
    }
    return root.toString();
  }

  /**
   * Reads what {@link #of} has written.
   *
   * @param place for errors
   * @throws IllegalStateException when the text is anything else
   */
  static PartitionAssignments parse(String json, String place) {
    try {
      JsonNode root = MAPPER.readTree(json);
      if (root.required("version").asInt() != VERSION) {
        throw new IllegalStateException(
            MQTT_CHECKPOINT_VERSION.message(
                """
                Cannot read %s: this release reads version %d, not %s. Go on with the release that \
                wrote it"""
                    .formatted(place, VERSION, root.required("version"))));
      }
      List<PartitionAssignment> assignments = new ArrayList<>();
      for (JsonNode each : root.required("holders")) {
        assignments.add(
            new PartitionAssignment(
                assignments.size(),
                each.required("host").asText(),
                each.required("generation").intValue(),
                0,
                false));
      }
      return new PartitionAssignments(root.required("epoch").longValue(), assignments);
    } catch (JsonProcessingException | IllegalArgumentException e) {
      throw new IllegalStateException(
          MQTT_CHECKPOINT_DAMAGED.message(
              """
              Cannot read %s: it is not what the connector wrote. Restore the checkpoint from a \
              copy, or start a new query with another checkpointLocation"""
                  .formatted(place)),
          e);
    }
  }
}
