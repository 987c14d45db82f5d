// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.mqtt.topic;

import java.io.Serializable;
import java.nio.charset.StandardCharsets;

/**
 * A topic filter (section 4.7).
 *
 * @param filter its text; {@code +} and {@code #} stand alone in their level, {@code #} is last
 */
public record TopicFilter(String filter) implements Serializable {

  private static final int MAX_BYTES = 65_535;

  /**
   * @throws IllegalArgumentException if {@code filter} is not one; the message is the predicate of
   *     a sentence about the value
   */
  public TopicFilter {
    if (filter.isEmpty()) {
      throw new IllegalArgumentException("is empty: a topic filter has at least one character");
    }
    if (filter.indexOf('\0') >= 0) {
      throw new IllegalArgumentException("holds the character U+0000, which MQTT forbids");
    }
    filter
        .chars()
        .filter(Character::isISOControl)
        .findFirst()
        .ifPresent(
            control -> {
              throw new IllegalArgumentException(
                  """
                  holds the control character U+%04X. Between two topic filters there is a comma, \
                  and no line break"""
                      .formatted(control));
            });
    if (filter.codePoints().anyMatch(TopicFilter::isSurrogate)) {
      throw new IllegalArgumentException("holds half a surrogate pair, which UTF-8 does not have");
    }
    if (filter.getBytes(StandardCharsets.UTF_8).length > MAX_BYTES) {
      throw new IllegalArgumentException("is longer than %d bytes of UTF-8".formatted(MAX_BYTES));
    }
    if (filter.startsWith("$share/")) {
      throw new IllegalArgumentException(
          "begins with $share/: give the plain filter, the share name goes into the option group");
    }
    String[] levels = filter.split("/", -1);
    for (int i = 0; i < levels.length; i++) {
      String level = levels[i];
      if (level.contains("#") && (!level.equals("#") || i < levels.length - 1)) {
        throw new IllegalArgumentException("has # before its end: # must be the whole last level");
      }
      if (level.contains("+") && !level.equals("+")) {
        throw new IllegalArgumentException("has + inside a level: + must be a whole level");
      }
    }
  }

  private static boolean isSurrogate(int codePoint) {
    return codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE;
  }

  /** This filter within a shared subscription, section 4.8.2: {@code $share/<group>/<filter>}. */
  public String shared(String group) {
    return "$share/" + group + "/" + filter;
  }

  /** Whether this filter matches a topic (section 4.7.1). */
  public boolean matches(String topic) {
    String[] mine = filter.split("/", -1);
    String[] levels = topic.split("/", -1);
    if (topic.startsWith("$") != filter.startsWith("$")) {
      return false;
    }
    for (int i = 0; i < mine.length; i++) {
      if (mine[i].equals("#")) {
        return true;
      }
      if (i == levels.length || (!mine[i].equals("+") && !mine[i].equals(levels[i]))) {
        return false;
      }
    }
    return mine.length == levels.length;
  }

  /** Whether there is a topic that both this filter and {@code other} match (section 4.7.1). */
  public boolean overlaps(TopicFilter other) {
    String[] mine = filter.split("/", -1);
    String[] theirs = other.filter.split("/", -1);
    if (mine[0].startsWith("$") != theirs[0].startsWith("$")) {
      // A wildcard in the first level does not match a topic that begins with $ ([MQTT-4.7.2-1]).
      return false;
    }
    for (int i = 0; i < Math.min(mine.length, theirs.length); i++) {
      if (mine[i].equals("#") || theirs[i].equals("#")) {
        return true;
      }
      if (!mine[i].equals("+") && !theirs[i].equals("+") && !mine[i].equals(theirs[i])) {
        return false;
      }
    }
    // a/# matches a as well.
    String[] longer = mine.length > theirs.length ? mine : theirs;
    int shorter = Math.min(mine.length, theirs.length);
    return longer.length == shorter
        || (longer.length == shorter + 1 && longer[shorter].equals("#"));
  }

  @Override
  public String toString() {
    return filter;
  }
}
