// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.sparkplug;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The topic of a message of an edge node (section 4.1): {@code spBv1.0/<group>/<message type>/<edge
 * node>[/<device>]}.
 *
 * @param device null for a message of the edge node itself
 */
public record SparkplugTopic(
    String group, MessageType type, String edgeNode, @Nullable String device) {

  private static final String NAMESPACE = "spBv1.0";

  /** What a message is about. Those that begin with D are about a device, and name it. */
  public enum MessageType {
    NBIRTH,
    NDEATH,
    NDATA,
    NCMD,
    DBIRTH,
    DDEATH,
    DDATA,
    DCMD;

    private boolean isOfDevice() {
      return name().startsWith("D");
    }

    public boolean isBirth() {
      return this == NBIRTH || this == DBIRTH;
    }

    /** Whether the edge node sends it and numbers it. The will of a session has no number. */
    public boolean isNumbered() {
      return this != NDEATH && this != NCMD && this != DCMD;
    }

    private static @Nullable MessageType named(String name) {
      for (MessageType type : values()) {
        if (type.name().equals(name)) {
          return type;
        }
      }
      return null;
    }
  }

  /** Null for any other topic, such as that of a host's STATE, or one with an empty name. */
  public static @Nullable SparkplugTopic parse(@Nullable String topic) {
    if (topic == null || !topic.startsWith(NAMESPACE + "/")) {
      return null;
    }
    String[] levels = topic.split("/", -1);
    if (levels.length < 4 || levels.length > 5) {
      return null;
    }
    MessageType type = MessageType.named(levels[2]);
    if (type == null || type.isOfDevice() != (levels.length == 5) || List.of(levels).contains("")) {
      return null;
    }
    return new SparkplugTopic(levels[1], type, levels[3], levels.length == 5 ? levels[4] : null);
  }
}
