// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.benchmark.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The same thing measured several times. Confined to one thread. */
public final class Sample {

  private final List<Double> values = new ArrayList<>();

  public void add(double value) {
    values.add(value);
  }

  /** What was measured, in that order. */
  public List<Double> values() {
    return List.copyOf(values);
  }

  public boolean isEmpty() {
    return values.isEmpty();
  }

  /** The middle value, or the mean of the two in the middle. */
  public double median() {
    if (values.isEmpty()) {
      throw new IllegalStateException("nothing was measured");
    }
    List<Double> sorted = values.stream().sorted().toList();
    int half = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(half)
        : (sorted.get(half - 1) + sorted.get(half)) / 2;
  }

  public double least() {
    return values.stream().mapToDouble(Double::doubleValue).min().orElseThrow();
  }

  public double most() {
    return values.stream().mapToDouble(Double::doubleValue).max().orElseThrow();
  }

  /** {@code 1,234,567 [1,200,000–1,300,000]}: median, least and most. */
  public String medianAndRange() {
    return String.format(Locale.ROOT, "%,.0f [%,.0f–%,.0f]", median(), least(), most());
  }
}
