// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.benchmark.latency;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;

/**
 * What a user may set for a lower latency, under a name: {@code name:setting=value,…}. A setting
 * that begins with {@code writer.} or {@code source.} is an option there, {@code checkpoint} is a
 * directory for checkpoints, any other one is a setting of the session, Hadoop's included.
 * Immutable.
 *
 * @param name for the rows of the table
 * @param session settings of Spark's session
 * @param writer options of the query's writer
 * @param source options of the source
 * @param checkpoint where checkpoints go; null for beside the stores
 */
record Setup(
    String name,
    Map<String, String> session,
    Map<String, String> writer,
    Map<String, String> source,
    @Nullable String checkpoint) {

  /** The name of the setup that changes nothing. */
  static final String DEFAULTS = "defaults";

  /** How {@link #parse} takes it. */
  static final String SYNTAX =
      "name:setting=value,setting=value, separated by semicolons; a name alone sets nothing";

  private static final String WRITER = "writer.";
  private static final String SOURCE = "source.";
  private static final String CHECKPOINT = "checkpoint";

  Setup {
    session = Map.copyOf(session);
    writer = Map.copyOf(writer);
    source = Map.copyOf(source);
  }

  /**
   * Reads one or more.
   *
   * @throws IllegalArgumentException when a setting has no value
   */
  static List<Setup> parse(String text) {
    return Stream.of(text.split(";")).map(Setup::parseOne).toList();
  }

  private static Setup parseOne(String text) {
    String[] nameAndPairs = text.split(":", 2);
    Map<String, String> pairs = new LinkedHashMap<>();
    if (nameAndPairs.length == 2) {
      for (String pair : nameAndPairs[1].split(",", -1)) {
        String[] setting = pair.split("=", 2);
        if (setting.length < 2) {
          throw new IllegalArgumentException(
              "'%s' has no value; accepted are %s".formatted(pair, SYNTAX));
        }
        pairs.put(setting[0], setting[1]);
      }
    }
    Map<String, String> writer = take(pairs, WRITER);
    Map<String, String> source = take(pairs, SOURCE);
    String checkpoint = pairs.remove(CHECKPOINT);
    return new Setup(nameAndPairs[0].strip(), pairs, writer, source, checkpoint);
  }

  private static Map<String, String> take(Map<String, String> pairs, String prefix) {
    Map<String, String> taken = new LinkedHashMap<>();
    pairs.forEach(
        (setting, value) -> {
          if (setting.startsWith(prefix)) {
            taken.put(setting.substring(prefix.length()), value);
          }
        });
    pairs.keySet().removeIf(setting -> setting.startsWith(prefix));
    return taken;
  }

  /** Whether it is {@value #DEFAULTS}. */
  boolean isDefaults() {
    return name.equals(DEFAULTS);
  }

  /** A session of its own that has the settings. */
  SparkSession session(SparkSession spark) {
    SparkSession own = spark.newSession();
    session.forEach(own.conf()::set);
    return own;
  }
}
