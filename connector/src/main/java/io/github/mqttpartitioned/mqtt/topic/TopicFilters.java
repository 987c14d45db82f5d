// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.mqtt.topic;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A set of topic filters as a tree, with a node for each level (section 4.7). It finds filters that
 * overlap in a time that hardly depends on how many filters there are.
 *
 * <p>Not thread-safe.
 */
public final class TopicFilters {

  /** How many filters a text shows. */
  private static final int SHOWN = 10;

  private final Node root = new Node();

  private static final class Node {
    private final Map<String, Node> levels = new HashMap<>();

    /** The filter that ends here. */
    private @Nullable TopicFilter end;
  }

  /**
   * Adds a filter, unless there is a topic that both it and one of the filters before match.
   *
   * @return that filter; null if the new one was added
   */
  public @Nullable TopicFilter add(TopicFilter filter) {
    String[] levels = filter.filter().split("/", -1);
    TopicFilter other = overlapping(root, levels, 0);
    if (other == null) {
      Node node = root;
      for (String level : levels) {
        node = node.levels.computeIfAbsent(level, unused -> new Node());
      }
      node.end = filter;
    }
    return other;
  }

  private static @Nullable TopicFilter overlapping(Node node, String[] levels, int at) {
    if (at == levels.length) {
      // a/# matches a as well.
      Node rest = node.levels.get("#");
      return node.end != null ? node.end : rest == null ? null : rest.end;
    }
    if (levels[at].equals("#")) {
      return any(node, at);
    }
    TopicFilter found = null;
    for (Map.Entry<String, Node> next : candidates(node, levels[at])) {
      if (found == null && mayMatch(levels[at], next.getKey(), at)) {
        found =
            next.getKey().equals("#")
                ? next.getValue().end
                : overlapping(next.getValue(), levels, at + 1);
      }
    }
    return found;
  }

  /** Levels of the tree that a level of a filter can meet. */
  private static Iterable<Map.Entry<String, Node>> candidates(Node node, String level) {
    if (level.equals("+")) {
      return node.levels.entrySet();
    }
    return List.of(level, "+", "#").stream()
        .filter(node.levels::containsKey)
        .map(name -> Map.entry(name, node.levels.get(name)))
        .toList();
  }

  /** A wildcard in the first level does not match a topic that begins with $ ([MQTT-4.7.2-1]). */
  private static boolean mayMatch(String one, String other, int at) {
    return at > 0 || one.startsWith("$") == other.startsWith("$");
  }

  private static @Nullable TopicFilter any(Node node, int at) {
    if (node.end != null) {
      return node.end;
    }
    TopicFilter found = null;
    for (Map.Entry<String, Node> next : node.levels.entrySet()) {
      if (found == null && mayMatch("#", next.getKey(), at)) {
        found = any(next.getValue(), at + 1);
      }
    }
    return found;
  }

  /** The filters as a text for logs and plans; of many, the first ones and how many there are. */
  public static String shown(List<TopicFilter> filters) {
    String first =
        filters.stream()
            .limit(SHOWN)
            .map(TopicFilter::filter)
            .collect(Collectors.joining(", ", "[", ""));
    return filters.size() > SHOWN
        ? first + ", … " + (filters.size() - SHOWN) + " more]"
        : first + "]";
  }
}
