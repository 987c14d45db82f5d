// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.receiver;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait before the next connection: doubling from 100 ms to 30 s, each between half and
 * the whole of that, so that members that lost their broker together do not come back together.
 * Confined to one thread.
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

  /** The connection worked: begin anew. */
  void reset() {
    nextMillis = FIRST.toMillis();
  }
}
