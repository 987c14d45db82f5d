// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.vector;

import io.github.mqttpartitioned.block.Block;
import io.github.mqttpartitioned.mqtt.topic.TopicLevels;
import io.github.mqttpartitioned.mqtt.topic.TopicPattern;
import io.github.mqttpartitioned.mqtt.topic.TopicPattern.Comparison;
import io.github.mqttpartitioned.mqtt.topic.TopicPattern.Field;
import io.github.mqttpartitioned.mqtt.topic.TopicPattern.FieldType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Takes topics apart: it finds the level of each column in each topic of a block. One task has one,
 * for all its blocks.
 *
 * <p>Confined to the task's thread.
 */
final class TopicFields {

  /** The topic has no such level. No place equals it. */
  static final long NONE = -1;

  private final List<FieldType> types;
  private final List<Comparison> patterns = new ArrayList<>();

  /** The level that a column is, or -1: by pattern, then by column. */
  private final int[][] levels;

  private final TopicLevels topic = new TopicLevels();

  /** The levels of a topic that no pattern matches. */
  private final int[] noLevels;

  TopicFields(MqttColumns columns) {
    List<String> names = List.copyOf(columns.topicColumns().keySet());
    types = List.copyOf(columns.topicColumns().values());
    noLevels = new int[names.size()];
    Arrays.fill(noLevels, -1);
    levels = new int[columns.topicPatterns().size()][];
    for (TopicPattern pattern : columns.topicPatterns()) {
      int[] own = noLevels.clone();
      for (Field field : pattern.fields()) {
        own[names.indexOf(field.name())] = field.level();
      }
      levels[patterns.size()] = own;
      patterns.add(pattern.comparison());
    }
  }

  /** The types of the columns. */
  List<FieldType> types() {
    return types;
  }

  /**
   * Where the columns lie: by column and by number of the topic, start and length in one long, or
   * {@link #NONE}.
   */
  long[][] places(Block block) {
    int topics = block.topicCount();
    long[][] places = new long[types.size()][topics];
    for (int i = 0; i < topics; i++) {
      topic.split(block.bytes(), block.topicStart(i), block.topicLength(i));
      int[] found = levels();
      for (int column = 0; column < places.length; column++) {
        places[column][i] = place(found[column]);
      }
    }
    return places;
  }

  private int[] levels() {
    for (int i = 0; i < levels.length; i++) {
      if (patterns.get(i).matches(topic)) {
        return levels[i];
      }
    }
    return noLevels;
  }

  private long place(int level) {
    return level < 0 ? NONE : ((long) topic.start(level) << Integer.SIZE) | topic.length(level);
  }

  static int start(long place) {
    return (int) (place >>> Integer.SIZE);
  }

  static int length(long place) {
    return (int) place;
  }
}
