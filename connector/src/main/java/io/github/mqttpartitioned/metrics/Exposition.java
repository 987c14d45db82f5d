// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.metrics;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * Merges texts in Prometheus' format (version 0.0.4) and keeps the series of one source, and those
 * of all sinks of the application: a sink's group is another one than its source's. The format
 * demands that all series of a family stand together, so it merges by family. A series that comes
 * twice, as from a node in the driver's own JVM, counts once. Confined to one thread.
 */
final class Exposition {

  private static final String HELP = "# HELP ";
  private static final String TYPE = "# TYPE ";
  private static final String NODE_UP = SourceMeter.NODE_UP.id().replace('.', '_');

  private static final String SINK = "mqtt_sink_";

  private final String groupLabel;
  private final Map<String, Family> families = new TreeMap<>();

  private static final class Family {
    final StringBuilder head = new StringBuilder();

    /** By name and labels: the value. */
    final Map<String, String> series = new LinkedHashMap<>();
  }

  Exposition(String group) {
    groupLabel = "group=\"" + escape(group) + "\"";
  }

  /** Adds the text of a node. */
  void add(String text) {
    Family family = new Family();
    for (String line : (Iterable<String>) text.lines()::iterator) {
      if (line.startsWith(HELP) || line.startsWith(TYPE)) {
        String name = line.split(" ", 4)[2];
        family = families.computeIfAbsent(name, unused -> new Family());
        if (family.head.indexOf(line) < 0) {
          family.head.append(line).append('\n');
        }
      } else if (line.startsWith(SINK) || line.contains(groupLabel)) {
        int value = line.lastIndexOf(' ');
        family.series.put(line.substring(0, value), line.substring(value));
      }
    }
  }

  void addNodeUp(String node, boolean up) {
    Family family = families.computeIfAbsent(NODE_UP, unused -> new Family());
    if (family.head.isEmpty()) {
      family.head.append(HELP + NODE_UP + " " + SourceMeter.NODE_UP.description() + "\n");
      family.head.append(TYPE + NODE_UP + " gauge\n");
    }
    family.series.put(
        NODE_UP + "{" + groupLabel + ",node=\"" + escape(node) + "\"}", up ? " 1" : " 0");
  }

  String text() {
    StringBuilder text = new StringBuilder();
    for (Family family : families.values()) {
      if (!family.series.isEmpty()) {
        text.append(family.head);
        family.series.forEach((series, value) -> text.append(series).append(value).append('\n'));
      }
    }
    return text.toString();
  }

  private static String escape(String label) {
    return label.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
  }
}
