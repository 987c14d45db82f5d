// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.examples.demo;

import io.github.mqttpartitioned.examples.factory.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What the query last found out about the factory, for the view. Thread-safe. */
final class Board {

  /**
   * A hall.
   *
   * @param messages of it in this run
   * @param averages of the last batch, by kind
   * @param alerts readings above the alarm level in this run
   */
  record Hall(String name, long messages, Map<Kind, Double> averages, long alerts) {}

  private final Map<String, Hall> halls = new TreeMap<>();
  private final Map<String, BatchCount.Reading> readings = new HashMap<>();

  /** Takes in a batch. */
  synchronized void add(BatchCount batch) {
    batch.halls().forEach(this::add);
    readings.putAll(batch.readings());
  }

  private void add(String name, HallCount count) {
    @Nullable Hall before = halls.get(name);
    halls.put(
        name,
        new Hall(
            name,
            count.messages() + (before == null ? 0 : before.messages()),
            count.averages(),
            count.alerts() + (before == null ? 0 : before.alerts())));
  }

  synchronized List<Hall> halls() {
    return new ArrayList<>(halls.values());
  }

  synchronized List<BatchCount.Reading> readings() {
    return BatchCount.WATCHED.stream()
        .filter(readings::containsKey)
        .map(device -> readings.get(device))
        .toList();
  }
}
