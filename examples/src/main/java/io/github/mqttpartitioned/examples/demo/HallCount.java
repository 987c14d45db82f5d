// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.examples.demo;

import io.github.mqttpartitioned.examples.factory.Kind;
import java.io.Serializable;
import java.util.EnumMap;

/** What some messages say of a hall. Confined to one thread. */
final class HallCount implements Serializable {

  private static final long serialVersionUID = 1L;

  private final EnumMap<Kind, Mean> means = new EnumMap<>(Kind.class);
  private long messages;
  private long alerts;

  /** Counts a reading; one that is no number counts as a message alone. */
  void add(Kind kind, double value) {
    messages++;
    if (!Double.isNaN(value)) {
      mean(kind).add(value, 1);
      alerts += value > kind.alarm() ? 1 : 0;
    }
  }

  void add(HallCount other) {
    messages += other.messages;
    alerts += other.alerts;
    other.means.forEach((kind, own) -> mean(kind).add(own.sum, own.count));
  }

  private Mean mean(Kind kind) {
    return means.computeIfAbsent(kind, key -> new Mean());
  }

  long messages() {
    return messages;
  }

  /** Readings above the alarm level. */
  long alerts() {
    return alerts;
  }

  /** The average of each kind that there were readings of. */
  EnumMap<Kind, Double> averages() {
    EnumMap<Kind, Double> averages = new EnumMap<>(Kind.class);
    means.forEach((kind, own) -> averages.put(kind, own.sum / own.count));
    return averages;
  }

  private static final class Mean implements Serializable {
    private static final long serialVersionUID = 1L;

    private double sum;
    private long count;

    void add(double values, long more) {
      sum += values;
      count += more;
    }
  }
}
