// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.receiver.inbound;

import io.github.mqttpartitioned.mqtt.topic.TopicFilter;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Topics that a session delivers although its query does not read them. A query that starts for the
 * first time may find a session with its client id that another query has left. Such a session is
 * still subscribed to what that query read. MQTT does not tell to what, but each message shows a
 * topic that one of those filters matches.
 *
 * <p>Thread-safe: the wire thread looks, the receiver thread takes.
 */
public final class ForeignTopics {

  /** A topic with more levels has too many filters that match it. */
  private static final int MOST_LEVELS = 8;

  private final List<TopicFilter> filters;
  private final Set<String> taken = new LinkedHashSet<>();
  private final Object monitor;
  private Set<String> found = new LinkedHashSet<>();
  private long messages;

  /**
   * @param filters what the query reads, and has read
   * @param monitor notified when a topic is found
   */
  public ForeignTopics(List<TopicFilter> filters, Object monitor) {
    this.filters = List.copyOf(filters);
    this.monitor = monitor;
  }

  /** Whether the query does not read this topic; takes note of it then. */
  boolean isForeign(byte[] source, int start, int length) {
    String topic = new String(source, start, length, StandardCharsets.UTF_8);
    if (filters.stream().anyMatch(filter -> filter.matches(topic))) {
      return false;
    }
    synchronized (monitor) {
      messages++;
      if (taken.size() < 1_000 && taken.add(topic)) {
        found.add(topic);
        monitor.notifyAll();
      }
    }
    return true;
  }

  /** Whether a topic was found since the last call of {@link #take}. */
  public boolean hasFound() {
    synchronized (monitor) {
      return !found.isEmpty();
    }
  }

  /** The topics found since the last call. */
  public Set<String> take() {
    synchronized (monitor) {
      Set<String> all = found;
      found = new LinkedHashSet<>();
      return all;
    }
  }

  /** Messages of foreign topics so far. */
  public long messages() {
    synchronized (monitor) {
      return messages;
    }
  }

  /**
   * All filters that match a topic (section 4.7), the topic itself first.
   *
   * @return none if the topic has too many levels
   */
  public static Set<String> filtersOf(String topic) {
    String[] levels = topic.split("/", -1);
    Set<String> all = new LinkedHashSet<>();
    if (levels.length <= MOST_LEVELS) {
      addFilters(levels, 0, "", all);
    }
    return all;
  }

  private static void addFilters(String[] levels, int level, String before, Set<String> all) {
    String separator = level == 0 ? "" : "/";
    if (level == levels.length) {
      all.add(before);
    } else {
      addFilters(levels, level + 1, before + separator + levels[level], all);
      addFilters(levels, level + 1, before + separator + "+", all);
    }
    all.add(before + separator + "#");
  }
}
