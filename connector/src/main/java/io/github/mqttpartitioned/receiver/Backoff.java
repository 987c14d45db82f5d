// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.receiver;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Gives the wait before the next connection. The limit doubles from 100 ms to 30 s; each wait is
 * random between half the limit and the limit, so that members that lose their broker together do
 * not return together. Confined to one thread.
 */
final class Backoff {

  static final Duration FIRST = Duration.ofMillis(100);
  static final Duration LONGEST = Duration.ofSeconds(30);

  private final RandomGenerator random;
  private long nextMillis = FIRST.toMillis();

  Backoff(RandomGenerator random) {
    this.random = random;
  }

  /** The wait before the next attempt. */
  Duration next() {
    long half = nextMillis / 2;
    long millis = half + random.nextLong(half + 1);
    nextMillis = Math.min(2 * nextMillis, LONGEST.toMillis());
    return Duration.ofMillis(millis);
  }

  /** Begins again at the shortest wait, as the connection worked. */
  void reset() {
    nextMillis = FIRST.toMillis();
  }
}
