package io.github.mqttpartitioned.model;

import java.io.Serializable;
import java.nio.charset.StandardCharsets;

/**
 * A topic filter as in section 4.7 of the MQTT 5 specification.
 *
 * @param filter its text; {@code +} and {@code #} stand alone in their level, {@code #} is last
 */
public record TopicFilter(String filter) implements Serializable {

  private static final int MAX_BYTES = 65_535;

  public TopicFilter {
    if (filter.isEmpty()) {
      throw new IllegalArgumentException("is empty: a topic filter has at least one character");
    }
    if (filter.indexOf('\0') >= 0) {
      throw new IllegalArgumentException("holds the character U+0000, which MQTT forbids");
    }
    if (filter.getBytes(StandardCharsets.UTF_8).length > MAX_BYTES) {
      throw new IllegalArgumentException("is longer than " + MAX_BYTES + " bytes of UTF-8");
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

  /** This filter within a shared subscription, section 4.8.2: {@code $share/<group>/<filter>}. */
  public String shared(String group) {
    return "$share/" + group + "/" + filter;
  }

  @Override
  public String toString() {
    return filter;
  }
}
