// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.examples.demo;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * How fast a count grew lately. Rates are over the last few seconds, so that work in batches shows
 * as steady. Confined to one thread.
 */
final class RateHistory {

  private static final double NANOS_PER_SECOND = 1e9;
  private static final long WINDOW_NANOS = 3_000_000_000L;
  private static final int LENGTH = 30;

  private record Point(long nanos, long count) {}

  private final Deque<Point> points = new ArrayDeque<>();
  private final Deque<Double> rates = new ArrayDeque<>();

  /** Notes what the count is at a time of {@link System#nanoTime}. */
  void add(long nanos, long count) {
    points.add(new Point(nanos, count));
    while (points.size() > 2 && nanos - points.getFirst().nanos() > WINDOW_NANOS) {
      points.removeFirst();
    }
    Point first = points.getFirst();
    if (nanos > first.nanos()) {
      rates.add((count - first.count()) * NANOS_PER_SECOND / (nanos - first.nanos()));
      if (rates.size() > LENGTH) {
        rates.removeFirst();
      }
    }
  }

  /** The latest rates, the very latest last. */
  List<Double> rates() {
    return List.copyOf(rates);
  }
}
